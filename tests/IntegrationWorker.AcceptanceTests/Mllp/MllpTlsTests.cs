using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

public sealed class MllpTlsTests : IDisposable
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new("tls");
    private readonly Certificates _certificates;

    public MllpTlsTests() => _certificates = new Certificates(_folder.FullName);

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task GivenTls_WhenSent_ThenItIsAnsweredAndARenewedCertificateIsShownWithoutARestart()
    {
        var first = _certificates.Write("worker", isServer: true);
        await using var site = await MllpSite.StartAsync(null, _token, null, Tls());
        var seen = new List<string>();

        await AssertAcceptedAsync(site, null, seen.Add);
        await File.WriteAllTextAsync(_certificates.PathOf("worker"), "half written", _token);
        await AssertAcceptedAsync(site, null, seen.Add);
        var renewed = _certificates.Write("worker", isServer: true);
        await AssertAcceptedAsync(site, null, seen.Add);

        Assert.Equal([first, first, renewed], seen);
        Assert.Contains("has new certificates", site.Worker.Output, StringComparison.Ordinal);
        await AssertPlainIsNotAnsweredAsync(site);
    }

    [Fact]
    public async Task GivenMutualTls_WhenSendersShowCertificates_ThenOnlyThoseOfTheAuthorityForSendersAreTaken()
    {
        using var otherFolder = new TemporaryFolder("tls");
        using var others = new Certificates(otherFolder.FullName);
        _certificates.Write("worker", isServer: true);
        _certificates.Write("ris", isServer: false);
        _certificates.Write("server-only", isServer: true);
        others.Write("stranger", isServer: false);
        File.Copy(others.PathOf("stranger"), _certificates.PathOf("stranger"));
        File.Copy(others.PathOf("stranger-key"), _certificates.PathOf("stranger-key"));
        await using var site = await MllpSite.StartAsync(null, _token, null, [.. Tls(), ("Tls__ClientCa", _certificates.PathOf("ca"))]);

        await AssertAcceptedAsync(site, "ris");

        foreach (var refused in (string?[])[null, "stranger", "server-only"])
        {
            Assert.False(await IsAnsweredAsync(site, refused), refused ?? "none");
        }

        Assert.Contains("A sender was refused", site.Worker.Output, StringComparison.Ordinal);
        await AssertAcceptedAsync(site, "ris");
    }

    [Fact]
    public async Task GivenMutualTls_WhenSentByTheVerb_ThenItIsAcceptedWithACertificateAndNotWithout()
    {
        _certificates.Write("worker", isServer: true);
        _certificates.Write("ris", isServer: false);
        await File.WriteAllTextAsync(_folder.PathOf("order.hl7"), new InventedOrder().Text, _token);
        await using var site = await MllpSite.StartAsync(null, _token, null, [.. Tls(), ("Tls__ClientCa", _certificates.PathOf("ca"))]);
        string[] send = ["send", _folder.PathOf("order.hl7"), "--to", $"mllps://localhost:{site.Port}", "--tls-ca", _certificates.PathOf("ca")];

        var with = await site.Worker.RunVerbAsync([.. send, "--tls-cert", _certificates.PathOf("ris"), "--tls-key", _certificates.PathOf("ris-key")], _token);
        var without = await site.Worker.RunVerbAsync(send, _token);
        var untrusting = await site.Worker.RunVerbAsync(send[..^2], _token);

        Assert.True(with.ExitCode == 0, with.Output + with.Errors);
        Assert.Equal((1, 1), (without.ExitCode, untrusting.ExitCode));
    }

    private (string, string)[] Tls() => [("Tls__Certificate", _certificates.PathOf("worker")), ("Tls__Key", _certificates.PathOf("worker-key"))];

    private async Task AssertAcceptedAsync(MllpSite site, string? own, Action<string>? seen = null)
    {
        await using var peer = await MllpPeer.ConnectAsync(site.Port, _token, _certificates.Sender(own, seen));
        Assert.Equal("AA", (await peer.AskAsync(new InventedOrder().Bytes, _token))?.Code);
    }

    // With TLS 1.3 a sender that is refused notices it when it reads.
    private async Task<bool> IsAnsweredAsync(MllpSite site, string? own)
    {
        try
        {
            await using var peer = await MllpPeer.ConnectAsync(site.Port, _token, _certificates.Sender(own));
            return await peer.AskAsync(new InventedOrder().Bytes, _token) is not null;
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private async Task AssertPlainIsNotAnsweredAsync(MllpSite site)
    {
        await using var plain = await site.ConnectAsync(_token);
        await plain.WriteAsync(MllpPeer.Frame(new InventedOrder().Bytes), _token);
        Assert.True(await plain.EndsAsync(_token));
    }
}
