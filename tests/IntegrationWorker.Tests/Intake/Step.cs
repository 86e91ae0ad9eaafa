using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Intake;

/// <summary>What a generated message does. Failures name these and never what the message says.</summary>
internal enum StepKind
{
    NewOrder,
    NewOrderOfSharedNumber,
    Change,
    ChangeByNumbers,
    ChangeOfPlacer,
    SeverityOfOtherSource,
    Cancel,
    CancelByPlacerNumber,
    Reinstate,
    Hold,
    TwoGroups,
    GroupBeforeItsStudy,
    PreliminaryResult,
    FinalResult,
    ResultByAccession,
    Appointment,
    Document,
    PatientUpdate,
    Merge,
    CommandUpdate,
    CommandOfVersion,
    CommandCancel,
    CommandUncancel,
    Resource,
    ResourceByAccession,
    ResourceDeleted,
    EventNotification,
    Heartbeat,
    OtherOrganization,
    Unreadable,
    UnknownSender,
}

/// <summary>One generated message: everything in it follows from these numbers.</summary>
/// <param name="Id">Makes the control id, unless it is reused.</param>
/// <param name="Study">Which of the few studies; also the source of its numbers.</param>
/// <param name="Other">A second study or patient.</param>
/// <param name="Variant">Priority, trigger, version …</param>
/// <param name="Minute">Source clock.</param>
/// <param name="ReusesControlId">The control id is one of very few: equal content is a duplicate, other content a conflict.</param>
/// <param name="IsReplay">A deliberate replay.</param>
internal sealed record Step(
    StepKind Kind, int Id, int Study, int Other, int Variant, int Minute, bool ReusesControlId = false, bool IsReplay = false)
{
    private static readonly string[] _priorities = ["R", "A", "S", ""];
    private static readonly string[] _triggers = ["S12", "S13", "S15", "S26"];
    private static readonly string[] _statuses = ["available", "cancelled", "entered-in-error", "unknown"];
    private static readonly string[] _severities = ["normal", "high", "stat"];

    private string ControlId => ReusesControlId ? $"R{Id % 3}" : $"C{Id}";

    private string Filler => $"F{Study}^RIS";

    private string Placer => $"P{Study / 2}^EHR";

    private string Patient => $"PAT{Study % 3}";

    private string OtherPatient => $"PAT{Other % 3}";

    private string Accession => $"A{Study}";

    private string Priority => _priorities[Variant % _priorities.Length];

    public InboundMessage ToMessage(int position)
    {
        var message = Build() with { ReceivedAt = Messages.Instant(400 + position) };
        return IsReplay ? Messages.Replayed(message) : message;
    }

    public override string ToString() => IsReplay ? $"{Kind} (replay)" : ReusesControlId ? $"{Kind} (reused id)" : Kind.ToString();

    private InboundMessage Build() => Kind switch
    {
        StepKind.NewOrder => Messages.NewOrder(ControlId, Minute, Study, Patient, priority: Priority, placer: Placer),
        StepKind.NewOrderOfSharedNumber =>
            Messages.NewOrder(ControlId, Minute, Study, Patient, $"CT {Variant}", Priority, $"F{Study}{Variant}^RIS", $"A{Other}", Placer),
        StepKind.Change => Order("XO/IP", Messages.Uid(Study), null, Filler, null, Patient),
        StepKind.ChangeByNumbers => Order("XO/SC", null, Accession, Variant % 2 == 0 ? Filler : null, null, Patient),
        StepKind.ChangeOfPlacer => Order("XO/SC", null, null, null, Placer, null, Messages.Ehr),
        StepKind.SeverityOfOtherSource => Order("XO/SC", Messages.Uid(Study), null, Filler, null, Patient, Messages.OtherRis),
        StepKind.Cancel => Order("CA/CA", null, null, Filler, null, Patient),
        StepKind.CancelByPlacerNumber => Order("OC/CA", null, null, null, Placer, null, Messages.Ehr),
        StepKind.Reinstate => Order("XO/SC", Messages.Uid(Study), null, Filler, null, Patient),
        StepKind.Hold => Order("HD/", null, Accession, Filler, null, Patient),
        StepKind.TwoGroups => TwoGroups(),
        StepKind.GroupBeforeItsStudy => GroupBeforeItsStudy(),
        StepKind.PreliminaryResult => Messages.Result(ControlId, Minute, "P", Filler, Messages.Uid(Study), null, Patient),
        StepKind.FinalResult => Messages.Result(ControlId, Minute, "F", Filler, null, null, Patient),
        StepKind.ResultByAccession => Messages.Result(ControlId, Minute, Variant % 2 == 0 ? "F" : "P", null, null, Accession, Patient),
        StepKind.Appointment => Messages.Appointment(ControlId, Minute, _triggers[Variant % _triggers.Length], Filler),
        StepKind.Document => Messages.Document(ControlId, Minute, Filler),
        StepKind.PatientUpdate => Messages.PatientUpdate(ControlId, Minute, Patient, $"W{Variant}", Variant % 2 == 0 ? null : $"V{Other}"),
        StepKind.Merge => Messages.Merge(ControlId, Minute, Patient, OtherPatient),
        StepKind.CommandUpdate => Messages.Command(
            ControlId, Minute, ByUid, "update",
            $$$"""{"severity":"{{{_severities[Variant % 3]}}}","metadata":{"custom.k{{{Other}}}": {{{(Variant == 0 ? "null" : "\"v\"")}}} }}""",
            Variant % 2 == 0 ? Messages.Console : Messages.Tool),
        StepKind.CommandOfVersion => Messages.Command(
            ControlId, Minute, ByUid, "update", """{"studyDescription":"Set by hand"}""", expectedVersion: Variant + 1),
        StepKind.CommandCancel => Messages.Command(
            ControlId, Minute, $$$"""{"accession":{"value":"{{{Accession}}}","issuer":"NORTH"}}""", "cancel", null,
            Variant % 2 == 0 ? Messages.Console : Messages.Tool),
        StepKind.CommandUncancel => Messages.Command(ControlId, Minute, ByUid, "uncancel"),
        StepKind.Resource => Messages.Resource($"is-{Study}", Variant, Minute, _statuses[Variant % 4], Messages.Uid(Study)),
        StepKind.ResourceByAccession => Messages.Resource($"is-{Study}", Variant, Minute, "available", null, Accession),
        StepKind.ResourceDeleted => Messages.Delete($"is-{Study}", Minute),
        StepKind.EventNotification => Messages.Notification(
            "sub-1", "event-notification", Minute, Other + 2, Other + 1,
            Messages.ResourceBody($"is-{Study}", Variant, Minute, "available", Messages.Uid(Study)),
            Messages.ResourceBody($"is-{Other}", Variant, Minute, "cancelled", Messages.Uid(Other))),
        StepKind.Heartbeat => Messages.Notification(Variant == 0 ? "sub-unknown" : "sub-1", "heartbeat", Minute, Other),
        StepKind.OtherOrganization => Order("XO/IP", Messages.Uid(Study), null, $"W{Study}^WRIS", null, null, Messages.West),
        StepKind.UnknownSender => Messages.V2From(Messages.Ris with { SendingApplication = $"NOBODY{Variant}" }, ControlId, Minute, "ORM^O01"),
        _ => Messages.V2(ControlId, Minute, "ORM^O01", "PID|1") with { Body = new byte[] { (byte)'M', (byte)'S', (byte)(Variant % 5) } },
    };

    private string ByUid => Messages.ByUid(Messages.Uid(Study));

    private InboundMessage Order(
        string control, string? uid, string? accession, string? filler, string? placer, string? patient, Source? source = null) =>
        Messages.Order(ControlId, Minute, control, uid, accession, filler, placer, patient, $"MR {Variant}", Priority, source);

    /// <summary>The first group waits for the study that the second one creates.</summary>
    private InboundMessage GroupBeforeItsStudy()
    {
        var at = Messages.At(Minute);
        var patient = Variant == 0 ? OtherPatient : Patient;

        return Messages.V2(
            ControlId, Minute, "ORM^O01",
            [
                .. Messages.OrderSegments("XO/IP", null, $"A{Study}1", Filler, null, Variant == 1 ? null : patient, "First", Priority, at),
                .. Messages.OrderSegments("NW/SC", Messages.Uid(Study), Accession, Filler, null, null, "Second", "S", at),
            ]);
    }

    /// <summary>Two order groups, of two studies or of one; the second may not be known yet.</summary>
    private InboundMessage TwoGroups()
    {
        var at = Messages.At(Minute);

        return Messages.V2(
            ControlId, Minute, "ORM^O01",
            [
                .. Messages.OrderSegments("XO/IP", null, Accession, Filler, null, Patient, "First", Priority, at),
                .. Messages.OrderSegments(
                    Variant % 2 == 0 ? "XO/SC" : "CA/CA", null, $"A{Other}", $"F{Other}^RIS", null, null, "Second", "S", at),
            ]);
    }
}
