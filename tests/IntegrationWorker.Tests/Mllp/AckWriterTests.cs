using System.Text;
using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Mllp;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Fuzzing;
using Xunit;

namespace IntegrationWorker.Tests.Mllp;

public sealed class AckWriterTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 2, 10, 15, 30, TimeSpan.FromHours(1));

    [Fact]
    public void GivenAnOrdinaryMessage_WhenAccepted_ThenSenderAndReceiverAreExchangedAndTheRestIsThatOfTheMessage()
    {
        var ack = Ack(@"MSH|^~\&|RIS|NORTH&1.2&ISO|WORKER|READING|20260302||ORM^O01^ORM_O01|17 A|T^a|2.5.1^USA||||||8859/1~UNICODE" + "\rPID|1", "AA");

        Assert.Equal(
            @"MSH|^~\&|WORKER|READING|RIS|NORTH&1.2&ISO|20260302091530+0000||ACK^O01^ACK|ID1|T^a|2.5.1^USA||||||8859/1~UNICODE" + "\rMSA|AA|17 A\r", ack);
    }

    [Theory]
    [InlineData("2.1", "ACK")]
    [InlineData("2.2", "ACK^O01")]
    [InlineData("2.3", "ACK^O01")]
    [InlineData("", "ACK^O01")]
    [InlineData("2.3.1", "ACK^O01^ACK")]
    [InlineData("2.8", "ACK^O01^ACK")]
    public void GivenAVersion_WhenAnswered_ThenTheTypeIsWrittenAsThatVersionHasIt(string version, string type) =>
        Assert.Equal(type, Field(Ack($@"MSH|^~\&|A|B|C|D|1||ORM^O01|7|P|{version}", "AA"), "MSH", 9));

    [Fact]
    public void GivenOtherDelimiters_WhenAnswered_ThenTheyAreUsedAndTheTextIsEscapedByThem()
    {
        var ack = Ack("MSH$%*/+$A$B$C$D$1$$ORM%O01$7$P$2.5.1", "AE", new AckError("HL7-010", "a$b/c", "204", "MSH", 1, 3));

        Assert.StartsWith("MSH$%*/+$C$D$A$B$", ack, StringComparison.Ordinal);
        Assert.Equal("ACK%O01%ACK", Field(ack, "MSH", 9, '$'));
        Assert.Equal("HL7-010%a/F/b/E/c%L", Field(ack, "ERR", 5, '$'));
        Assert.Equal("MSH%1%3", Field(ack, "ERR", 2, '$'));
    }

    [Fact]
    public void GivenTextOfAnotherCharacterSet_WhenAnswered_ThenItsBytesAreThoseThatCame()
    {
        byte[] message = [.. Encoding.ASCII.GetBytes(@"MSH|^~\&|RIS|Z"), 0xFC, .. Encoding.ASCII.GetBytes("RICH|||1||ORM^O01|n"), 0xE9, 0xFF, .. Encoding.ASCII.GetBytes("|P|2.3.1||||||8859/1")];

        var ack = AckWriter.Write(AckHeader.Of(message), "AA", [], _now, "ID1");

        Assert.True(Holds(ack, [(byte)'Z', 0xFC, (byte)'R']));
        Assert.True(Holds(ack, [(byte)'|', (byte)'n', 0xE9, 0xFF, (byte)'\r']));
    }

    [Fact]
    public void GivenJapaneseTextWithTheBytesOfDelimiters_WhenAnswered_ThenTheControlIdIsStillFound()
    {
        // The second character of the set has the byte of the field separator.
        byte[] message =
        [
            .. Encoding.ASCII.GetBytes(@"MSH|^~\&|RIS|"), 0x1B, (byte)'$', (byte)'B', 0x24, (byte)'|', 0x24, (byte)'^', 0x1B, (byte)'(', (byte)'B',
            .. Encoding.ASCII.GetBytes("|||1||ORM^O01|17|P|2.3.1||||||ISO IR87"),
        ];

        var header = AckHeader.Of(message);

        Assert.Equal(("17", "2.3.1", "ISO IR87"), (header[10], header.Version, header[18]));
    }

    [Theory]
    [InlineData("2.3", @"ERR|OBR^2^18^204&Unknown key identifier&HL70357&IDN-001&t&L")]
    [InlineData("2.4", @"ERR|OBR^2^18^204&Unknown key identifier&HL70357&IDN-001&t&L")]
    [InlineData("2.5", @"ERR||OBR^2^18^1^3|204^Unknown key identifier^HL70357|E|IDN-001^t^L|||t")]
    public void GivenAnError_WhenWritten_ThenItHasTheFormOfItsVersion(string version, string expected) => Assert.Equal(
        expected,
        Ack($@"MSH|^~\&|A|B|C|D|1||ORM^O01|7|P|{version}", "AE", new AckError("IDN-001", "t", "204", "OBR", 2, 18, 3)).Split('\r')[2]);

    [Fact]
    public void GivenNothingThatCanBeRead_WhenAnswered_ThenTheAnswerIsAMessageAllTheSame()
    {
        foreach (var message in (string[])["", "hello", "FHS|^~\\&|", "MSH", "MSHA~\\&|x", "MSH|||||||||9"])
        {
            var ack = Ack(message, "AR", AckError.Of(Notice.Of(Codes.NotHl7), 1));

            Assert.Equal(Hl7ReadFault.None, Hl7Decoder.Decode(Encoding.Latin1.GetBytes(ack), null).Fault);
            Assert.Equal("AR", Field(ack, "MSA", 1));
        }

        Assert.Equal("9", Field(Ack("MSH|||||||||9", "AR"), "MSA", 2)); // MSH-2 is empty, MSH-10 can be told all the same.
    }

    [Fact]
    public void GivenTheTextOfACode_WhenWritten_ThenItHoldsNoValueOfTheMessage()
    {
        var sender = AckError.Of(Notice.Of(Codes.UnknownSender, "application", "SECRET", "facility", "SECRET"), 1);
        var empty = AckError.Of(Notice.Of(Codes.HeaderFieldEmpty, "field", "MSH-10"), 1);

        Assert.Equal("Sender (application)/(facility) is not a registered source.", sender.Text);
        Assert.Equal(("Required header field MSH-10 is empty.", "MSH", 10), (empty.Text, empty.Segment, empty.Field));
    }

    [Fact]
    public void GivenDamagedMessages_WhenAnswered_ThenNothingThrowsAndTheControlIdIsThatOfTheMessage()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var body = Mutation.Make(FuzzSamples.All, seed).Body;
            var ack = AckWriter.Write(AckHeader.Of(body.Span), "AE", [AckError.Of(Notice.Of(Codes.NoIdentity), 1)], _now, "ID1");

            if (Hl7Decoder.Decode(body.Span, null).Message is { } message)
            {
                var sent = message.Charset.GetBytes(message[0][10].Raw.ToString());
                Assert.True(Holds(ack, sent), $"seed {seed}");
            }
        }
    }

    private static bool Holds(byte[] ack, byte[] part) => ack.AsSpan().IndexOf(part) >= 0;

    private static string Ack(string message, string code, params AckError[] errors) =>
        Encoding.Latin1.GetString(AckWriter.Write(AckHeader.Of(Encoding.Latin1.GetBytes(message)), code, errors, _now, "ID1"));

    private static string Field(string ack, string segment, int number, char separator = '|')
    {
        var fields = ack.Split('\r').First(line => line.StartsWith(segment, StringComparison.Ordinal)).Split(separator);
        return fields[segment == "MSH" ? number - 1 : number];
    }
}
