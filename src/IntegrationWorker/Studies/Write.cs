namespace IntegrationWorker.Studies;

/// <summary>Who set a value, when, and by which unit of which message: the provenance of a field.</summary>
/// <param name="Source">The source id; empty when nobody known wrote it.</param>
/// <param name="Authority">The class the source had for this field.</param>
/// <param name="Clock">The source's clock at that message.</param>
/// <param name="Key">Message key and unit, <c>hl7/RIS/NORTH/1#1</c>; null where a value was imported.</param>
internal sealed record Write(string Source, Authority Authority, Clock Clock, string? Key);
