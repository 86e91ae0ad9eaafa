using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Store.Protection;

/// <summary>Reads the key file, and makes it on the first start.</summary>
internal static class ProtectionKeyFile
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <param name="further">The keys of the settings.</param>
    /// <exception cref="ProtectionException">The file is there, but is not a key file, or does not go with the settings.</exception>
    public static ProtectionKeys ReadOrCreate(string path, params IReadOnlyList<ProtectionKeyOptions> further)
    {
        path = Path.GetFullPath(path);

        if (!File.Exists(path))
        {
            Create(path);
        }

        return Read(path, further);
    }

    private static ProtectionKeys Read(string path, IReadOnlyList<ProtectionKeyOptions> further)
    {
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyFileJsonContext.Default.KeyFileDocument)!;

            return ProtectionKeys.Of(
                document.Current,
                document.Keys.ToDictionary(key => key.Id, key => Convert.FromBase64String(key.Key), StringComparer.Ordinal),
                Convert.FromBase64String(document.PatientHashKey),
                further);
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or ProtectionException or NullReferenceException)
        {
            // The failure's own text may quote the file, which holds keys.
            var reason = e is ProtectionException ? e.Message : "It is not a key file as the worker writes it.";
            throw new ProtectionException($"The key file {path} cannot be used. {reason}");
        }
    }

    // Written whole under another name first. Several workers may start at once: whoever has made that name makes the keys, the others wait for them.
    // (Giving a file a name that must not be there is not one step: the keys of one worker could take the place of another's, who has read its own.)
    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.new";

        if (TryCreate(draft, path) is not { } file)
        {
            WaitFor(path, draft);
            return;
        }

        using (file)
        {
            JsonSerializer.Serialize(file, DocumentOf(ProtectionKeys.Create("key-1")), KeyFileJsonContext.Default.KeyFileDocument);
            file.Flush(flushToDisk: true);
        }

        // The other one may have been done just before the name of the draft was free again.
        if (File.Exists(path))
        {
            File.Delete(draft);
        }
        else
        {
            File.Move(draft, path, overwrite: true);
        }
    }

    // Null: somebody else has.
    private static FileStream? TryCreate(string draft, string path)
    {
        try
        {
            return new FileStream(draft, OptionsOfNewFile());
        }
        catch (IOException) when (File.Exists(draft) || File.Exists(path))
        {
            return null;
        }
    }

    private static void WaitFor(string path, string draft)
    {
        for (var waited = TimeSpan.Zero; !File.Exists(path); waited += _pause)
        {
            if (waited > _patience)
            {
                throw new ProtectionException($"Another start has begun to make the key file {path} and has not ended. If there is none any more, delete {draft}.");
            }

            Thread.Sleep(_pause);
        }
    }

    private static FileStreamOptions OptionsOfNewFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };

        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static KeyFileDocument DocumentOf(ProtectionKeys keys) => new(
        keys.CurrentId,
        [.. keys.All.Select(key => new KeyFileEntry(key.Key, Convert.ToBase64String(key.Value)))],
        Convert.ToBase64String(keys.PatientHashKey));
}

/// <summary>The key file: Base64 keys by id, the id that encrypts, and the key of the patient hashes.</summary>
internal sealed record KeyFileDocument(string Current, IReadOnlyList<KeyFileEntry> Keys, string PatientHashKey);

internal sealed record KeyFileEntry(string Id, string Key);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(KeyFileDocument))]
internal sealed partial class KeyFileJsonContext : JsonSerializerContext;
