namespace IntegrationWorker.Mapping.Hl7;

/// <summary>The metadata keys that HL7 v2 messages feed and that are no facts of one procedure. docs/mapping.md §3.8.</summary>
internal static class MetadataKeys
{
    public const string AccessionNumber = "ris.accessionNumber";
    public const string StationAeTitle = "ris.stationAeTitle";
    public const string ScheduledAt = "ris.scheduledAt";
    public const string OrderStatus = "ris.orderStatus";
    public const string StatusReason = "ris.statusReason";
    public const string ResultStatus = "ris.resultStatus";
    public const string DocumentStatus = "ris.documentStatus";
    public const string AppointmentStatus = "ris.appointmentStatus";
    public const string PatientClass = "patient.class";
    public const string PatientLocation = "patient.location";
    public const string PatientFacility = "patient.facility";
}
