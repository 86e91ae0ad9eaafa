using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Studies;
using MassTransit;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace IntegrationWorker.Intake.Broker;

internal static class BrokerServices
{
    public static IServiceCollection AddBroker(this IServiceCollection services)
    {
        services.AddSingleton<BrokerConnector>();
        services.AddSingleton<QueuePublisher>();
        services.AddSingleton<HttpDoor, QueueDoor>();
        services.AddMassTransit(registration =>
        {
            // A hospital's software phones nobody, whatever its environment says.
            Environment.SetEnvironmentVariable("MASSTRANSIT_USAGE_TELEMETRY", "false");
            registration.DisableUsageTelemetry();
            registration.UsingRabbitMq((context, bus) => ConfigureHost(bus, context.GetRequiredService<IOptions<BrokerOptions>>().Value));
        });

        // A broker that is away is waited for, with the worker's health telling why it is not ready.
        services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = false);
        AddIntake<DeadIntake>(services);
        AddIntake<QueueIntake>(services);
        services.AddHostedService<ErrorQueues>();

        return services;
    }

    private static void AddIntake<T>(IServiceCollection services)
        where T : BackgroundService, ISurrounding
    {
        services.AddSingleton<T>();
        services.AddSingleton<ISurrounding>(provider => provider.GetRequiredService<T>());
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }

    internal static void ConfigureHost(IRabbitMqBusFactoryConfigurator bus, BrokerOptions options)
    {
        var address = new ConnectionFactory { Uri = new Uri(options.Uri) };

        bus.Host(address.HostName, (ushort)address.Port, address.VirtualHost, "integration-worker dead", host =>
        {
            host.Username(address.UserName);
            host.Password(address.Password);

            if (address.Ssl.Enabled)
            {
                host.UseSsl(ssl => ConfigureTls(ssl, address.HostName, options));
            }
        });
    }

    private static void ConfigureTls(IRabbitMqSslConfigurator ssl, string serverName, BrokerOptions options)
    {
        ssl.ServerName = serverName;

        if (BrokerTls.Certificate(options) is { } certificate)
        {
            ssl.Certificate = certificate;
        }

        if (options.TlsAuthorityFile.Length > 0)
        {
            ssl.CertificateValidationCallback = BrokerTls.Validator(options.TlsAuthorityFile);
        }
    }
}
