using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Store.Protection;

/// <summary>Reads the key file, and makes it on the first start.</summary>
internal static class ProtectionKeyFile
{
    /// <exception cref="ProtectionException">The file is there, but is not a key file.</exception>
    public static ProtectionKeys ReadOrCreate(string path)
    {
        path = Path.GetFullPath(path);

        if (!File.Exists(path))
        {
            Create(path);
        }

        return Read(path);
    }

    private static ProtectionKeys Read(string path)
    {
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyFileJsonContext.Default.KeyFileDocument)!;

            return new ProtectionKeys(
                document.Current,
                document.Keys.ToDictionary(key => key.Id, key => Convert.FromBase64String(key.Key), StringComparer.Ordinal),
                Convert.FromBase64String(document.PatientHashKey));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or ProtectionException or NullReferenceException)
        {
            // The failure's own text may quote the file, which holds keys.
            var reason = e is ProtectionException ? e.Message : "It is not a key file as the worker writes it.";
            throw new ProtectionException($"The key file {path} cannot be used. {reason}");
        }
    }

    // Written whole under another name first: several workers may start at once, and the first one to give the name wins.
    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Guid.NewGuid():N}";

        using (var file = new FileStream(draft, OptionsOfNewFile()))
        {
            JsonSerializer.Serialize(file, DocumentOf(ProtectionKeys.Create("key-1")), KeyFileJsonContext.Default.KeyFileDocument);
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
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
