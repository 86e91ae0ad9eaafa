using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>A delivery whose source is known.</summary>
internal sealed record FhirDelivery(InboundMessage Inbound, Source Source, Rulebook Rules);
