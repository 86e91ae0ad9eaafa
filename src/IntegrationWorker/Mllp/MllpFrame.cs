namespace IntegrationWorker.Mllp;

/// <summary>What stood between the start and the end of a frame.</summary>
/// <param name="Message">The bytes; of a frame that was too long only its beginning, enough to find MSH.</param>
/// <param name="Length">How many bytes there were, in any case.</param>
/// <param name="IsTooLong">More bytes than are accepted.</param>
internal readonly record struct MllpFrame(ReadOnlyMemory<byte> Message, long Length, bool IsTooLong);
