namespace IntegrationWorker.AcceptanceTests.Invented;

/// <summary>Invented JSON bodies about the study of an order.</summary>
internal static class InventedBodies
{
    public static string ImagingStudy(InventedOrder order, int version) => $$"""
        {
          "resourceType": "ImagingStudy", "id": "inv-{{order.Number}}",
          "meta": { "versionId": "{{version}}", "lastUpdated": "2026-03-02T18:0{{version}}:00Z" },
          "identifier": [ { "system": "urn:dicom:uid", "value": "urn:oid:{{order.Uid}}" } ],
          "status": "available", "started": "2026-03-02T17:00:00Z",
          "modality": [ { "system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT" } ],
          "subject": { "reference": "Patient/invented" }
        }
        """;

    public static string Command(InventedOrder order, string id, string data) => $$"""
        {
          "specversion": "1.0", "id": "{{id}}", "source": "urn:example:invented", "type": "study.update.requested.v1",
          "time": "2026-03-02T20:00:00Z", "datacontenttype": "application/json",
          "data": { "study": { "studyInstanceUid": "{{order.Uid}}" }, {{data}} }
        }
        """;

    /// <summary>What another program with the same bus library puts on the commands queue.</summary>
    public static string Envelope(InventedOrder order, Guid messageId, string data) => $$"""
        {
          "messageId": "{{messageId}}", "conversationId": "{{Guid.NewGuid()}}", "sourceAddress": "rabbitmq://localhost/invented",
          "destinationAddress": "rabbitmq://localhost/study-updates.commands",
          "messageType": [ "urn:message:IntegrationWorker.Contracts:StudyUpdateRequested" ],
          "message": { "study": { "studyInstanceUid": "{{order.Uid}}" }, {{data}} },
          "sentTime": "2026-03-02T21:00:00Z", "headers": { }
        }
        """;
}
