using System.Security.Cryptography;

namespace IntegrationWorker.Cli.Sending;

/// <summary>Which messages were taken, in a file: a run that was broken off goes on where it ended. Holds names and digests, no content.</summary>
internal sealed class SendJournal : IDisposable
{
    private readonly HashSet<string> _taken;
    private readonly StreamWriter? _writer;
    private readonly Lock _lock = new();

    /// <param name="file">Null: nothing is kept.</param>
    public SendJournal(string? file)
    {
        _taken = file is not null && File.Exists(file) ? [.. File.ReadLines(file)] : [];
        _writer = file is null ? null : new StreamWriter(file, append: true) { AutoFlush = true };
    }

    public bool Has(OutgoingMessage message) => _taken.Contains(LineOf(message));

    public void Add(OutgoingMessage message)
    {
        lock (_lock)
        {
            _writer?.WriteLine(LineOf(message));
        }
    }

    public void Dispose() => _writer?.Dispose();

    // With the digest: a file that was corrected since is another message.
    private static string LineOf(OutgoingMessage message) => $"{Convert.ToHexStringLower(SHA256.HashData(message.Body))} {message.Name}";
}
