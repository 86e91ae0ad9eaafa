using IntegrationWorker.Intake;

namespace IntegrationWorker.Tests.Fuzzing;

/// <summary>One damaged input for one seed.</summary>
internal static class Mutation
{
    private const int BytesMax = 256 * 1024;
    private const int RepeatsMax = 200;

    /// <summary>Bytes that mean something to a reader come up more often than others.</summary>
    private static readonly byte[] _telling = "|^~\\&\r\n\"\0\u001b$(BX.0123456789DEMSHOBRPIDZ{}[]:,\\u/-+eT "u8.ToArray();

    public static InboundMessage Make(IReadOnlyList<InboundMessage> samples, long seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        var sample = samples[random.Next(samples.Count)];
        var bytes = new List<byte>(sample.Body.Span.ToArray());

        for (var changes = random.Next(1, 10); changes > 0 && bytes.Count > 0; changes--)
        {
            Change(bytes, samples, sample.Door, random);
        }

        return sample with { Body = bytes.Take(BytesMax).ToArray() };
    }

    private static void Change(List<byte> bytes, IReadOnlyList<InboundMessage> samples, Door door, Random random)
    {
        // The first hundred bytes are the header: most damage goes behind it, or nothing else would be met.
        var place = random.Next(random.Next(8) == 0 || bytes.Count <= 100 ? 0 : 100, bytes.Count);

        switch (random.Next(9))
        {
            case 0:
                bytes[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[place] = Telling(random);
                break;
            case 2:
                bytes.Insert(place, Telling(random));
                break;
            case 3:
                bytes.RemoveRange(place, Math.Min(random.Next(1, 40), bytes.Count - place));
                break;
            case 4 when random.Next(4) == 0:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
            case 5:
                Splice(bytes, place, samples[random.Next(samples.Count)], door, random);
                break;
            case 6:
                RepeatLine(bytes, place, random);
                break;
            case 7 when random.Next(4) == 0:
                ReplaceAll(bytes, bytes[place], Telling(random));
                break;
            default:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(place, Math.Min(random.Next(1, 60), bytes.Count - place)));
                break;
        }
    }

    private static byte Telling(Random random) => _telling[random.Next(_telling.Length)];

    private static void Splice(List<byte> bytes, int place, InboundMessage other, Door door, Random random)
    {
        if (other.Door == door && other.Body.Length > 0)
        {
            var start = random.Next(other.Body.Length);
            bytes.InsertRange(place, other.Body.Slice(start, random.Next(other.Body.Length - start)).ToArray());
        }
    }

    /// <summary>A segment, a field, an element: what stands between two of the same byte, many times.</summary>
    private static void RepeatLine(List<byte> bytes, int place, Random random)
    {
        var edge = "\r|~^,}"u8[random.Next(6)];
        var start = bytes.LastIndexOf(edge, place) + 1;
        var end = bytes.IndexOf(edge, place);

        if (end > start)
        {
            var part = bytes.GetRange(start, end - start + 1);

            for (var times = random.Next(1, RepeatsMax); times > 0 && bytes.Count < BytesMax; times--)
            {
                bytes.InsertRange(start, part);
            }
        }
    }

    private static void ReplaceAll(List<byte> bytes, byte old, byte with)
    {
        for (var index = 0; index < bytes.Count; index++)
        {
            bytes[index] = bytes[index] == old ? with : bytes[index];
        }
    }
}
