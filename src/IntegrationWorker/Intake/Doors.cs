namespace IntegrationWorker.Intake;

/// <summary>The texts of <see cref="Door"/>: they are also the kinds of sources.</summary>
internal static class Doors
{
    public static string ToText(this Door door) => door switch
    {
        Door.Fhir => "fhir",
        Door.Command or Door.StudyApi => "command",
        _ => "hl7v2",
    };

    public static Door Parse(string text) => text switch
    {
        "fhir" => Door.Fhir,
        "command" => Door.Command,
        _ => Door.Hl7v2,
    };
}
