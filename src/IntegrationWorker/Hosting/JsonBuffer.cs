using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntegrationWorker.Hosting;

/// <summary>A writer of short JSON documents with its buffer, kept for the next document of the same thread: each message makes several.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private const int KeptBytesMax = 256 * 1024;

    // The default encoder would write every + of a clock, and every accented letter of a name, as six characters.
    private static readonly JsonWriterOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static JsonBuffer? _free;

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    private JsonBuffer() => Json = new Utf8JsonWriter(_bytes, _relaxed);

    /// <summary>Starts an empty document.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>To be disposed by the same thread, with no other thread at it in between.</summary>
    public static JsonBuffer Rent()
    {
        var buffer = _free ?? new JsonBuffer();
        _free = null;
        return buffer;
    }

    /// <summary>The document so far.</summary>
    public byte[] ToArray()
    {
        Json.Flush();
        return _bytes.WrittenSpan.ToArray();
    }

    public void Dispose()
    {
        _bytes.ResetWrittenCount();
        Json.Reset();

        if (_bytes.Capacity <= KeptBytesMax)
        {
            _free = this;
        }
    }
}
