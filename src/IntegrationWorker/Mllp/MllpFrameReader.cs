using System.Buffers;

namespace IntegrationWorker.Mllp;

/// <summary>
/// Bytes → frames, in whatever pieces the bytes come. Pure: no I/O, no clock; takes every input, in time proportional to
/// its length, and holds no more than one frame.
/// </summary>
/// <remarks>
/// Tolerant where nothing can go wrong by it: bytes between frames are skipped, and FS ends a frame whether or not the
/// carriage return follows. A frame without FS is not a message: where the next one begins instead, what came before may have been
/// cut short, and half an order is worse than one that is sent again.
/// </remarks>
/// <param name="bytesMax">How many bytes a message may have.</param>
internal sealed class MllpFrameReader(int bytesMax)
{
    // What is kept of a frame that is too long: MSH is in it, and a sender who lies about his names does not fill memory.
    private const int BeginningBytes = 4096;

    private const int FirstBufferBytes = 4096;

    // A buffer that one large message needed is not kept for the many small ones after it.
    private const int KeptBufferBytes = 64 * 1024;

    private byte[] _buffer = [];
    private int _held;

    /// <summary>A frame has begun and has not ended.</summary>
    public bool IsInside { get; private set; }

    /// <summary>How many frames have begun.</summary>
    public long Begun { get; private set; }

    /// <summary>How many bytes the frame that has begun has so far.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes outside frames, line ends not counted.</summary>
    public long Skipped { get; private set; }

    /// <summary>Frames that began and did not end before the next one began.</summary>
    public long Unended { get; private set; }

    /// <summary>Takes bytes up to the end of the next frame.</summary>
    /// <param name="bytes">What has come; afterwards what is behind the frame, or nothing when there was no end.</param>
    /// <param name="frame">The frame when true is returned.</param>
    public bool TryRead(ref ReadOnlySequence<byte> bytes, out MllpFrame frame)
    {
        while (!bytes.IsEmpty)
        {
            if (!IsInside)
            {
                SkipToStart(ref bytes);
            }
            else if (TryEnd(ref bytes, out frame))
            {
                return true;
            }
        }

        frame = default;
        return false;
    }

    private void SkipToStart(ref ReadOnlySequence<byte> bytes)
    {
        var start = bytes.PositionOf(MllpFraming.StartBlock);
        var skipped = start is null ? bytes : bytes.Slice(0, start.Value);

        foreach (var piece in skipped)
        {
            Skipped += piece.Length - piece.Span.Count((byte)'\r') - piece.Span.Count((byte)'\n');
        }

        bytes = start is null ? bytes.Slice(bytes.End) : bytes.Slice(bytes.GetPosition(1, start.Value));

        if (start is not null)
        {
            Begin();
        }
    }

    private bool TryEnd(ref ReadOnlySequence<byte> bytes, out MllpFrame frame)
    {
        var piece = Next(ref bytes, out var rest);
        var end = piece.IndexOfAny(MllpFraming.EndBlock, MllpFraming.StartBlock);
        Keep(end < 0 ? piece : piece[..end]);
        var isEnd = end >= 0 && piece[end] == MllpFraming.EndBlock;
        var isStart = end >= 0 && !isEnd;
        bytes = end < 0 ? rest : bytes.Slice(end + 1);
        frame = isEnd ? End() : default;

        if (isStart)
        {
            Unended++;
            Begin();
        }

        return isEnd;
    }

    // Pieces without bytes are left behind.
    private static ReadOnlySpan<byte> Next(ref ReadOnlySequence<byte> bytes, out ReadOnlySequence<byte> rest)
    {
        while (bytes.FirstSpan.IsEmpty && !bytes.IsSingleSegment)
        {
            bytes = bytes.Slice(NextPiece(bytes));
        }

        rest = bytes.IsSingleSegment ? bytes.Slice(bytes.End) : bytes.Slice(NextPiece(bytes));
        return bytes.FirstSpan;
    }

    private static SequencePosition NextPiece(ReadOnlySequence<byte> bytes)
    {
        var position = bytes.Start;
        bytes.TryGet(ref position, out _);
        return position;
    }

    private void Begin()
    {
        IsInside = true;
        Begun++;
        Length = 0;
        _held = 0;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        Length += piece.Length;

        if (Length > bytesMax)
        {
            piece = piece[..Math.Max(0, Math.Min(piece.Length, BeginningBytes - _held))];
            _held = Math.Min(_held, BeginningBytes);
            Array.Resize(ref _buffer, Math.Min(_buffer.Length, KeptBufferBytes));
        }

        if (piece.Length == 0)
        {
            return;
        }

        if (_buffer.Length < _held + piece.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_held + piece.Length, Math.Max(FirstBufferBytes, Math.Min(_buffer.Length * 2, bytesMax))));
        }

        piece.CopyTo(_buffer.AsSpan(_held));
        _held += piece.Length;
    }

    private MllpFrame End()
    {
        var frame = new MllpFrame(_buffer.AsSpan(0, _held).ToArray(), Length, Length > bytesMax);
        IsInside = false;
        Length = 0;
        _held = 0;

        if (_buffer.Length > KeptBufferBytes)
        {
            _buffer = [];
        }

        return frame;
    }
}
