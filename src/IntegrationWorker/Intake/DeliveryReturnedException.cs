namespace IntegrationWorker.Intake;

/// <summary>A message was not decided about: its sender keeps it, or the broker gets it back. Nothing is wrong with it.</summary>
internal sealed class DeliveryReturnedException : Exception
{
    public DeliveryReturnedException(string message)
        : base(message)
    {
    }
}
