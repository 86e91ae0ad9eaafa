using System.Text;

namespace Hl7v2.Tests;

public sealed class SampleTests
{
    // What the texts of examples 34 and 51 say; their other messages are readable, but not acceptable.
    private static readonly Dictionary<string, Hl7ReadFault> Faults = new()
    {
        ["34-unreadable-messages/message.hl7"] = Hl7ReadFault.NotHl7,
        ["34-unreadable-messages/message-2.hl7"] = Hl7ReadFault.CharacterSet,
        ["51-headers-that-cannot-be-used/message.hl7"] = Hl7ReadFault.Delimiters,
        ["51-headers-that-cannot-be-used/message-2.hl7"] = Hl7ReadFault.Batch,
    };

    [Fact]
    public void GivenTheWorkedExamples_WhenDecoded_ThenOnlyTheUnreadableOnesAreRefused()
    {
        Assert.NotEmpty(SampleFiles.Examples);
        foreach (var file in SampleFiles.Examples)
        {
            var name = Path.Join(Path.GetFileName(Path.GetDirectoryName(file)), Path.GetFileName(file));

            var decoded = Hl7Decoder.Decode(File.ReadAllBytes(file), defaultCharset: null);

            Assert.Equal((name, Faults.GetValueOrDefault(name)), (name, decoded.Fault));
        }
    }

    [Fact]
    public void GivenTheWorkedExamples_WhenCutAtEveryByte_ThenReadingNeverThrows()
    {
        foreach (var file in SampleFiles.Examples)
        {
            CutAtEveryByte(File.ReadAllBytes(file));
        }
    }

    [Fact]
    public void GivenTheCorpus_WhenReadWhole_ThenReadingNeverThrows()
    {
        foreach (var file in SampleFiles.Corpus)
        {
            Reading.Everything(File.ReadAllBytes(file));
        }
    }

    [Fact]
    public void GivenAFewOfTheCorpus_WhenCutAtEveryByte_ThenReadingNeverThrows()
    {
        const int files = 50;
        var step = Math.Max(1, SampleFiles.Corpus.Count / files);

        for (var index = 0; index < SampleFiles.Corpus.Count; index += step)
        {
            var body = File.ReadAllBytes(SampleFiles.Corpus[index]);

            // A longer one would cost more time than all the others together.
            CutAtEveryByte(body.AsSpan(0, Math.Min(body.Length, 3000)));
        }
    }

    [Fact]
    public void GivenJapaneseMessagesOfTheCorpus_WhenDecoded_ThenNamesAreRead()
    {
        foreach (var file in SampleFiles.Corpus)
        {
            var body = File.ReadAllBytes(file);
            if (body.AsSpan().IndexOf("Yamada^Tarou=\u001b"u8) < 0)
            {
                continue;
            }

            var message = Hl7Decoder.Decode(body, defaultCharset: null).Message;

            Assert.Equal("Yamada^Tarou=山田^太郎=やまだ^たろう", message?.Find("PID")[5].ToText());
        }
    }

    [Theory]
    [InlineData("\u001b$B")] // a switch without text
    [InlineData("\\X")]
    [InlineData("\u00c3\u0028")]
    public void GivenDamageInTheMiddle_WhenCutAtEveryByte_ThenReadingNeverThrows(string damage)
    {
        var body = Encoding.Latin1.GetBytes($"MSH|^~\\&|A||||||ORM^O01|1|P|2.5\rPID|1||{damage}^^^A&B~{damage}||X\r");

        CutAtEveryByte(body);
    }

    private static void CutAtEveryByte(ReadOnlySpan<byte> body)
    {
        for (var length = 0; length <= body.Length; length++)
        {
            Reading.Everything(body[..length]);
        }
    }
}
