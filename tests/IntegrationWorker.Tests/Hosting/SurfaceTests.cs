using System.Reflection;
using IntegrationWorker.Access;
using IntegrationWorker.Cli;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Tests.Approved;
using MassTransit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

/// <summary>What users and tests hold on to changes only on purpose.</summary>
public sealed class SurfaceTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GivenTheWorker_WhenItsRoutesAreListed_ThenTheyAreTheApprovedOnesAndAskForTheApprovedRoles()
    {
        await using var app = WorkerHost.Build(Settings());

        var routes = ((IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"])
                .Select(method => $"{endpoint.RoutePattern.RawText} {method} {RoleOf(endpoint)}"))
            .Order(StringComparer.Ordinal);

        ApprovedText.Assert("routes", string.Join('\n', routes));
    }

    [Fact]
    public void GivenTheVerbs_WhenListed_ThenTheyAreTheApprovedOnes() => ApprovedText.Assert("verbs", string.Join('\n', Describe(CommandLine.Build(), "")));

    [Fact]
    public void GivenTheLogEvents_WhenListed_ThenTheirNumbersAreUniqueAndTheApprovedOnes()
    {
        var events = typeof(WorkerHost).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (Method: method, Log: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.Log is not null)
            .OrderBy(found => found.Log!.EventId)
            .ToList();

        Assert.Equal(events.Count, events.Select(found => found.Log!.EventId).Distinct().Count());
        ApprovedText.Assert("log-events", string.Join('\n', events.Select(found => $"{found.Log!.EventId} {found.Log.Level} {found.Log.Message}")));
    }

    [Fact]
    public async Task GivenABroker_WhenTheBusIsBuilt_ThenItPhonesNobody()
    {
        await using var app = WorkerHost.Build(Settings("\"Broker\": { \"Transport\": \"rabbitmq\", \"Uri\": \"amqp://127.0.0.1:1/\" },"));

        Assert.False(app.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
        Assert.Equal("false", Environment.GetEnvironmentVariable("MASSTRANSIT_USAGE_TELEMETRY"));
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("studies")] // A verb that needs another one.
    [InlineData("messages", "find")]
    [InlineData("studies", "list", "--limit", "0")]
    [InlineData("send", "x", "--to", "nowhere")]
    [InlineData("keys", "create", "--name", "x")]
    [InlineData("keys", "create", "--role", "king", "--name", "x")]
    [InlineData("keys", "create", "--role", "reader", "--name", " ")]
    [InlineData("keys", "create", "--role", "reader", "--name", "x", "--expires", "yesterday")]
    [InlineData("keys", "revoke", "x")]
    public async Task GivenAWrongCommandLine_WhenInvoked_ThenTheExitCodeIsTwo(params string[] arguments) =>
        Assert.Equal(2, await CommandLine.InvokeAsync(arguments));

    private static string RoleOf(RouteEndpoint endpoint) =>
        RequiredRole.Of(endpoint.Metadata) is { } wanted ? wanted.ToText() : "everybody";

    private WorkerSettings Settings(string further = "") => WorkerSettings.Load([_folder.Write($$"""
        { {{further}} "Store": { "Path": "{{_folder.PathOf("worker.db")}}" }, "Protection": { "KeyFile": "{{_folder.PathOf("keys.json")}}" } }
        """)]);

    private static IEnumerable<string> Describe(System.CommandLine.Command command, string path)
    {
        var name = path.Length == 0 ? "integration-worker" : $"{path} {command.Name}";
        var arguments = command.Arguments.Select(argument => $"<{argument.Name}>");
        var options = command.Options.Select(option => option.Name).Where(option => option is not ("--help" or "--version")).Order(StringComparer.Ordinal);
        yield return $"{name} {string.Join(' ', arguments.Concat(options))}".TrimEnd();

        foreach (var line in command.Subcommands.SelectMany(child => Describe(child, name)))
        {
            yield return line;
        }
    }
}
