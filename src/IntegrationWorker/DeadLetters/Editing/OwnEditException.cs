namespace IntegrationWorker.DeadLetters.Editing;

/// <summary>Somebody wants to approve what they have edited themselves, and the settings want four eyes.</summary>
internal sealed class OwnEditException() : Exception("You have edited it yourself: somebody else has to approve it (DeadLetters:FourEyes).");
