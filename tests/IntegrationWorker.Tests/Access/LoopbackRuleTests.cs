using System.Net;
using IntegrationWorker.Access;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace IntegrationWorker.Tests.Access;

/// <summary>Who needs no key before there is one: programs on this machine, and nobody who only looks like one.</summary>
public sealed class LoopbackRuleTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:8080", null, null, true)]
    [InlineData("::1", "localhost", null, null, true)]
    [InlineData("::ffff:127.0.0.1", "[::1]:8080", null, null, true)]
    [InlineData("127.0.0.1", "localhost", "Origin", "http://localhost:8080", true)]
    [InlineData("192.0.2.1", "127.0.0.1", null, null, false)]
    [InlineData("127.0.0.1", "worker.example.org", null, null, false)] // A name server that points here.
    [InlineData("127.0.0.1", "127.0.0.1", "Origin", "https://example.org", false)] // A page in a browser on this machine.
    [InlineData("127.0.0.1", "127.0.0.1", "Origin", "null", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "X-Forwarded-For", "127.0.0.1", false)] // A proxy on this machine.
    [InlineData("127.0.0.1", "127.0.0.1", "Forwarded", "for=192.0.2.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "Via", "1.1 proxy", false)]
    public void GivenARequest_WhenAskedWhetherItIsLocal_ThenOnlyAProgramOfThisMachineIs(
        string address, string host, string? header, string? value, bool expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Host = new HostString(host);

        if (header is not null)
        {
            context.Request.Headers[header] = value;
        }

        Assert.Equal(expected, LoopbackRule.IsLocal(context));
    }

    [Fact]
    public void GivenNoAddress_WhenAsked_ThenItIsNotLocal() => Assert.False(LoopbackRule.IsLocal(new DefaultHttpContext()));
}
