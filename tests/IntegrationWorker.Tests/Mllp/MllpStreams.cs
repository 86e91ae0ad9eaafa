using System.Buffers;
using IntegrationWorker.Mllp;
using Xunit;

namespace IntegrationWorker.Tests.Mllp;

/// <summary>Damaged streams of frames, and what has to hold for each of them.</summary>
internal static class MllpStreams
{
    private const int BytesMax = 300;

    /// <summary>Reads streams of consecutive seeds: each in pieces and, by a reader as simple as can be, whole.</summary>
    public static void Check(long firstSeed, long count)
    {
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
            var stream = Stream(random);
            var expected = Simple(stream);
            var frames = new List<MllpFrame>();
            var reader = new MllpFrameReader(BytesMax);

            foreach (var piece in Pieces(stream, random))
            {
                ReadAll(reader, random.Next(2) == 0 ? new ReadOnlySequence<byte>(piece) : Sequence(Pieces(piece, random)), frames);
            }

            Assert.True(expected.Count == frames.Count, $"seed {seed}: {expected.Count} frames, found {frames.Count}");

            for (var i = 0; i < frames.Count; i++)
            {
                var isRight = frames[i].Length == expected[i].Length
                    && frames[i].IsTooLong == expected[i].Length > BytesMax
                    && (frames[i].IsTooLong ? expected[i].AsSpan().StartsWith(frames[i].Message.Span) : expected[i].AsSpan().SequenceEqual(frames[i].Message.Span));
                Assert.True(isRight, $"seed {seed}: frame {i}");
            }
        }
    }

    public static void ReadAll(MllpFrameReader reader, ReadOnlySequence<byte> bytes, List<MllpFrame> frames)
    {
        while (reader.TryRead(ref bytes, out var frame))
        {
            frames.Add(frame);
        }

        Assert.True(bytes.IsEmpty);
    }

    public static ReadOnlySequence<byte> Sequence(IEnumerable<byte[]> pieces)
    {
        Segment? first = null;
        Segment? last = null;

        foreach (var piece in pieces)
        {
            last = new Segment(piece, last);
            first ??= last;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    // The rule in one line each: VT begins, FS ends, VT begins anew.
    private static List<byte[]> Simple(byte[] stream)
    {
        var frames = new List<byte[]>();
        List<byte>? inside = null;

        foreach (var value in stream)
        {
            if (value == MllpFraming.StartBlock)
            {
                inside = [];
            }
            else if (value == MllpFraming.EndBlock && inside is not null)
            {
                frames.Add([.. inside]);
                inside = null;
            }
            else
            {
                inside?.Add(value);
            }
        }

        return frames;
    }

    private static byte[] Stream(Random random)
    {
        var stream = new List<byte>();

        for (var frames = random.Next(1, 8); frames > 0; frames--)
        {
            stream.Add(MllpFraming.StartBlock);
            var length = random.Next(4) == 0 ? random.Next(600) : random.Next(30);

            for (var i = 0; i < length; i++)
            {
                stream.Add((byte)random.Next(32, 256));
            }

            stream.AddRange([MllpFraming.EndBlock, MllpFraming.CarriageReturn]);
        }

        byte[] telling = [MllpFraming.StartBlock, MllpFraming.EndBlock, MllpFraming.CarriageReturn, (byte)'\n', 0, (byte)'M', 0xFF];

        for (var changes = random.Next(6); changes > 0 && stream.Count > 0; changes--)
        {
            var place = random.Next(stream.Count);

            switch (random.Next(4))
            {
                case 0:
                    stream[place] = telling[random.Next(telling.Length)];
                    break;
                case 1:
                    stream.Insert(place, telling[random.Next(telling.Length)]);
                    break;
                case 2:
                    stream.RemoveRange(place, Math.Min(random.Next(1, 20), stream.Count - place));
                    break;
                default:
                    stream.InsertRange(random.Next(stream.Count), stream.GetRange(place, Math.Min(random.Next(1, 40), stream.Count - place)));
                    break;
            }
        }

        return [.. stream];
    }

    private static List<byte[]> Pieces(byte[] bytes, Random random)
    {
        var pieces = new List<byte[]>();
        var longest = random.Next(1, 80);

        for (var start = 0; start < bytes.Length;)
        {
            var length = Math.Min(random.Next(0, longest + 1), bytes.Length - start);
            pieces.Add(bytes[start..(start + length)]);
            start += length;
        }

        return pieces;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;

            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
