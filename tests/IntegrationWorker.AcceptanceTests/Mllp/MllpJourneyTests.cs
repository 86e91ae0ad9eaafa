using System.Text;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>A RIS sends over MLLP to a worker, with and without a broker.</summary>
public sealed class MllpJourneyTests(SharedSurroundings surroundings)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GivenAnOrder_WhenSentOnce_ThenItIsAcceptedAndHasItsEffect_AndWhenSentAgain_ThenTheAnswerIsEqual(bool withBroker)
    {
        var order = new InventedOrder { Priority = "S" };
        await using var site = await StartAsync(withBroker);
        await using var peer = await site.ConnectAsync(_token);

        var first = (await peer.AskAsync(order.Bytes, _token))!;
        await site.Worker.WaitForOutcomeAsync(order.Key, _token);
        var second = (await peer.AskAsync(order.Bytes, _token))!;

        Assert.Equal(("AA", order.Key.Split('/')[^1]), (first.Code, first.ControlId));
        Assert.Equal("ACK^O01^ACK", first.Field("MSH", 9));
        Assert.Equal("STUDYWORKER|READING|NRIS|NORTH", string.Join('|', Enumerable.Range(3, 4).Select(number => first.Field("MSH", number))));
        Assert.Equal(first.Lasting, second.Lasting);
        Assert.NotEqual(first.Field("MSH", 10), second.Field("MSH", 10));
        Assert.Equal("stat", (await site.Worker.StudyAsync(order.Uid, _token)).GetProperty("severity").GetString());
        Assert.Single(await site.Worker.EventsAsync(_token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GivenMessagesNobodyCanUse_WhenSent_ThenEachIsAnsweredByItsCodeAndKeptOnce(bool withBroker)
    {
        var order = new InventedOrder();
        (string Message, string Code, string Error)[] messages =
        [
            ("nothing", "AR", "HL7-001"),
            ("MSH|||||||||7|P|2.5.1", "AR", "HL7-002"),
            (With(order, 10, ""), "AR", "HL7-004"),
            (With(order, 12, "3.0"), "AR", "HL7-007"),
            (With(order, 3, "NOBODY"), "AE", "HL7-010"),
            (With(order with { ControlId = "KEEP-1" }, 12, "2.5.1").Split("ORC")[0], "AE", "HL7-006"),
            ("BHS|^~\\&|A\r" + order.Text, "AE", "HL7-005"),
            (With(order with { Description = new string('x', 5 * 1024 * 1024) }, 12, "2.5.1"), "AE", "HL7-009"),
        ];
        await using var site = await StartAsync(withBroker);
        await using var peer = await site.ConnectAsync(_token);

        foreach (var (message, code, error) in messages)
        {
            var first = (await peer.AskAsync(Encoding.UTF8.GetBytes(message), _token))!;
            var again = (await peer.AskAsync(Encoding.UTF8.GetBytes(message), _token))!;

            Assert.True(first.Code == code && first.Text.Contains(error, StringComparison.Ordinal), $"{error}: {first.Code} {first.Error}");
            Assert.Equal(first.Lasting, again.Lasting);
        }

        var kept = await site.Worker.DeadLettersAsync(_token);
        Assert.Equal(messages.Select(message => message.Error).Order(), kept.Select(letter => letter.GetProperty("code").GetString()).Order());
        Assert.DoesNotContain("INVENTED", site.Worker.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GivenAListenerOfOneSource_WhenAnotherSends_ThenItIsRefusedWithItsPlaceAndTheSourceItselfIsNot(bool withBroker)
    {
        await using var site = await StartAsync(withBroker, ("Source", "ris-north"));
        await using var peer = await site.ConnectAsync(_token);
        var order = new InventedOrder();

        var other = (await peer.AskAsync(Encoding.UTF8.GetBytes(With(order with { Sender = "EHR" }, 12, "2.5.1")), _token))!;
        var own = (await peer.AskAsync(order.Bytes, _token))!;

        Assert.Equal(("AE", "HL7-010", "MSH^1^3"), (other.Code, other.Error, other.Field("ERR", 2)));
        Assert.Equal("AA", own.Code);
        await site.Worker.WaitForOutcomeAsync(order.Key, _token);
        Assert.Equal("created", await site.Worker.OutcomeAsync(order.Key, _token));
    }

    [Fact]
    public async Task GivenEnhancedMode_WhenSent_ThenOnlyTheAnswersThatAreAskedForCome()
    {
        await using var site = await StartAsync(withBroker: false);
        await using var peer = await site.ConnectAsync(_token);
        (string Accept, string Application, bool IsGood, string? Expected)[] cases =
        [
            ("AL", "NE", true, "CA"), ("AL", "NE", false, "CE"), ("NE", "NE", true, null), ("ER", "NE", true, null), ("ER", "NE", false, "CE"),
            ("SU", "NE", true, "CA"), ("SU", "NE", false, null), ("NE", "AL", true, "AA"), ("", "SU", true, "AA"), ("AL", "AL", true, "CA"),
        ];
        var expected = new List<(string, string)>();
        var marker = new InventedOrder { ControlId = "MARKER" };

        foreach (var (index, (accept, application, isGood, code)) in cases.Index())
        {
            var order = new InventedOrder { ControlId = $"E{index}", Sender = isGood ? "NRIS" : "NOBODY" };
            await peer.WriteAsync(MllpPeer.Frame(With(order, 15, accept, 16, application)), _token);

            if (code is not null)
            {
                expected.Add((code, order.ControlId));
            }
        }

        await peer.WriteAsync(MllpPeer.Frame(marker.Bytes), _token);
        var answers = new List<(string, string)>();

        while (answers.Count == 0 || answers[^1].Item2 != "MARKER")
        {
            var answer = (await peer.ReadAsync(_token))!;
            answers.Add((answer.Code, answer.ControlId));
        }

        Assert.Equal([.. expected, ("AA", "MARKER")], answers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GivenASenderThatWaitsForNoAnswer_WhenManyFramesComeInAnyPieces_ThenAllAnswersComeInTheirOrder(bool withBroker)
    {
        const int count = 300;
        var orders = Enumerable.Range(0, count).Select(_ => new InventedOrder()).ToList();
        byte[] stream = [.. "before\r\n"u8, .. orders.SelectMany(order => (byte[])[.. MllpPeer.Frame(order.Bytes), .. "\r\n~"u8])];
        await using var site = await StartAsync(withBroker);
        await using var peer = await site.ConnectAsync(_token);

        var writing = WriteInPiecesAsync(peer, stream, new Random(4711));
        var answers = new List<string>();

        while (answers.Count < count)
        {
            var answer = (await peer.ReadAsync(_token))!;
            Assert.Equal("AA", answer.Code);
            answers.Add(answer.ControlId);
        }

        await writing;
        Assert.Equal(orders.Select(order => order.Key.Split('/')[^1]), answers);
    }

    [Fact]
    public async Task GivenASenderThatEndsItsSideAfterSending_WhenAnswered_ThenItStillGetsItsAnswers()
    {
        await using var site = await StartAsync(withBroker: false);
        await using var peer = await site.ConnectAsync(_token);

        await peer.WriteAsync((byte[])[.. MllpPeer.Frame(new InventedOrder().Bytes), .. "\u000bMSH|cut short"u8], _token);
        peer.EndWriting();

        Assert.Equal("AA", (await peer.ReadAsync(_token))!.Code);
        Assert.True(await peer.EndsAsync(_token));
    }

    [Fact]
    public async Task GivenAnAnswerToOurAnswer_WhenItComes_ThenItIsNotAnswered()
    {
        await using var site = await StartAsync(withBroker: false);
        await using var peer = await site.ConnectAsync(_token);
        var ours = (await peer.AskAsync(new InventedOrder().Bytes, _token))!;
        var marker = new InventedOrder();

        await peer.WriteAsync(MllpPeer.Frame($"MSH|^~\\&|NRIS|NORTH|||20260302||ACK|LOOP-1|P|2.5.1\rMSA|AA|{ours.Field("MSH", 10)}\r"), _token);
        await peer.WriteAsync(MllpPeer.Frame("MSH|^~\\&|NRIS|NORTH|||20260302||ACK|LOOP-2|P|2.5.1\rMSA|AA|other\r"), _token);
        await peer.WriteAsync(MllpPeer.Frame(marker.Bytes), _token);

        Assert.Equal("LOOP-2", (await peer.ReadAsync(_token))!.ControlId);
        Assert.Equal(marker.Key.Split('/')[^1], (await peer.ReadAsync(_token))!.ControlId);
    }

    private async Task<MllpSite> StartAsync(bool withBroker, params (string Name, string Value)[] settings) =>
        await MllpSite.StartAsync(withBroker ? await surroundings.VirtualHostAsync(_token) : null, _token, null, settings);

    private async Task WriteInPiecesAsync(MllpPeer peer, byte[] stream, Random random)
    {
        for (var start = 0; start < stream.Length;)
        {
            var length = Math.Min(random.Next(1, random.Next(2) == 0 ? 40 : 4000), stream.Length - start);
            await peer.WriteAsync(stream.AsMemory(start, length), _token);
            start += length;
        }
    }

    private static string With(InventedOrder order, int number, string value, int otherNumber = 0, string otherValue = "")
    {
        var segments = order.Text.Split('\r');
        var fields = segments[0].Split('|').ToList();
        fields[number - 1] = value;

        if (otherNumber > 0)
        {
            fields[otherNumber - 1] = otherValue;
        }

        return string.Join('\r', [string.Join('|', fields), .. segments[1..]]);
    }
}
