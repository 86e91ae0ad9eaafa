using System.Text.Encodings.Web;
using IntegrationWorker.Hosting;

namespace IntegrationWorker.Emulator;

/// <summary>Puts the emulated platform together: the study API in memory with faults by script. For rehearsals and tests.</summary>
internal static class EmulatorHost
{
    // As the study API itself.
    private const long BodyBytesMax = 1024 * 1024;

    /// <param name="urls">Addresses to listen on, separated by semicolons.</param>
    /// <param name="key">The only key that is let in; null: any.</param>
    /// <param name="onCall">Told of every call after its end.</param>
    public static WebApplication Build(string urls, FaultScript script, string? key = null, Action<EmulatedCall>? onCall = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear(); // The emulator has its own address: no file or variable of the worker may give it another.
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = BodyBytesMax);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new EmulatorState(new EmulatedStudies(TimeProvider.System), script, onCall));
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.Converters.Add(new UtcTimeConverter());
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });

        var app = builder.Build();
        var faults = new EmulatorFaults(app.Services.GetRequiredService<EmulatorState>(), TimeProvider.System, key);
        app.Use((context, next) => faults.InvokeAsync(context, next));
        app.MapEmulator();

        return app;
    }
}
