using System.Buffers;
using System.Text;
using IntegrationWorker.Mllp;
using Xunit;

namespace IntegrationWorker.Tests.Mllp;

public sealed class MllpFrameReaderTests
{
    private const string Vt = "\u000b";
    private const string Fs = "\u001c";

    // Frames one after the other, bytes between them, an end without CR, line ends of other kinds, an empty frame, one without an end.
    private const string Stream = $"xx{Vt}MSH|a\rPID|1\r{Fs}\r{Vt}MSH|b{Fs}{Vt}MSH|c{Fs}\r\n\ryy{Vt}{Fs}\r{Vt}cut short{Vt}MSH|d{Fs}\r{Vt}late";

    private static readonly string[] _expected = ["MSH|a\rPID|1\r", "MSH|b", "MSH|c", "", "MSH|d"];

    [Fact]
    public void GivenAStream_WhenReadWhole_ThenItsFramesAreFoundAndWhatIsNoFrameIsCounted()
    {
        var reader = new MllpFrameReader(1000);

        var frames = Read(reader, [Bytes(Stream)]);

        Assert.Equal(_expected, frames.Select(frame => Encoding.Latin1.GetString(frame.Message.Span)));
        Assert.Equal((4L, 1L, true, 7L), (reader.Skipped, reader.Unended, reader.IsInside, reader.Begun));
    }

    [Fact]
    public void GivenAStream_WhenCutIntoTwoAtEveryPlaceOrIntoThreeAtEveryPair_ThenItsFramesAreTheSame()
    {
        var bytes = Bytes(Stream);

        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                AssertFrames([bytes[..first], bytes[first..second], bytes[second..]], asOneSequence: false);
                AssertFrames([bytes[..first], bytes[first..second], bytes[second..]], asOneSequence: true);
            }
        }
    }

    [Fact]
    public void GivenAShortStream_WhenCutInEveryPossibleWay_ThenItsFramesAreTheSame()
    {
        var bytes = Bytes($"x{Vt}ab{Fs}\r{Vt}{Fs}{Vt}c{Vt}d{Fs}\r");
        var places = bytes.Length - 1;

        for (var cuts = 0; cuts < 1 << places; cuts++)
        {
            var pieces = new List<byte[]>();
            var start = 0;

            for (var place = 1; place <= places; place++)
            {
                if ((cuts >> (place - 1) & 1) == 1)
                {
                    pieces.Add(bytes[start..place]);
                    start = place;
                }
            }

            pieces.Add(bytes[start..]);
            Assert.Equal(["ab", "", "d"], Read(new MllpFrameReader(100), pieces).Select(Text));
        }
    }

    [Fact]
    public void GivenFramesAtTheLimit_WhenRead_ThenOnlyThatAboveItIsCutAndTheNextOneIsWhole()
    {
        var fits = new string('a', 20_000);

        foreach (var pieces in (IReadOnlyList<byte[]>[])[[Bytes($"{Vt}{fits}{Fs}{Vt}{fits}b{Fs}{Vt}{fits}{Fs}")], [.. Bytes($"{Vt}{fits}{Fs}{Vt}{fits}b{Fs}{Vt}{fits}{Fs}").Chunk(7)]])
        {
            var frames = Read(new MllpFrameReader(fits.Length), pieces);

            Assert.Equal([(20_000L, false, 20_000), (20_001L, true, 4096), (20_000L, false, 20_000)], frames.Select(frame => (frame.Length, frame.IsTooLong, Math.Max(frame.Message.Length, 4096))));
        }
    }

    [Fact]
    public void GivenDamagedStreams_WhenReadInChangingPieces_ThenTheSameFramesAreFoundAndNoFrameHoldsBytesOfItsNeighbour() =>
        MllpStreams.Check(firstSeed: 1, count: 20_000);

    /// <summary>A million damaged streams: eng/fuzz-mllp.sh.</summary>
    [Fact(Explicit = true)]
    public void GivenAsManyDamagedStreamsAsAreAskedFor_WhenRead_ThenTheSameHolds() => MllpStreams.Check(
        long.Parse(Environment.GetEnvironmentVariable("FUZZ_SEED") ?? "1"), long.Parse(Environment.GetEnvironmentVariable("FUZZ_COUNT") ?? "100000"));

    private static void AssertFrames(IReadOnlyList<byte[]> pieces, bool asOneSequence) => Assert.Equal(
        _expected, (asOneSequence ? ReadSequence(pieces) : Read(new MllpFrameReader(1000), pieces)).Select(Text));

    private static string Text(MllpFrame frame) => Encoding.Latin1.GetString(frame.Message.Span);

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static List<MllpFrame> Read(MllpFrameReader reader, IEnumerable<byte[]> pieces)
    {
        var frames = new List<MllpFrame>();

        foreach (var piece in pieces)
        {
            var bytes = new ReadOnlySequence<byte>(piece);
            MllpStreams.ReadAll(reader, bytes, frames);
        }

        return frames;
    }

    private static List<MllpFrame> ReadSequence(IEnumerable<byte[]> pieces)
    {
        var frames = new List<MllpFrame>();
        MllpStreams.ReadAll(new MllpFrameReader(1000), MllpStreams.Sequence(pieces), frames);
        return frames;
    }
}
