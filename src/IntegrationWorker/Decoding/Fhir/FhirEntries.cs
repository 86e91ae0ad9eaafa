using System.Text.Json;

namespace IntegrationWorker.Decoding.Fhir;

/// <summary>The entries of a Bundle, and what their references lead to.</summary>
internal sealed class FhirEntries
{
    public static readonly FhirEntries None = new([]);

    private readonly Dictionary<string, FhirEntry> _byUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FhirEntry> _byTarget = new(StringComparer.Ordinal);

    private FhirEntries(IReadOnlyList<FhirEntry> all)
    {
        All = all;

        // Entries with a resource first: a later fetch adds one beside the entry that lacked it.
        foreach (var entry in all.OrderByDescending(entry => entry.HasResource))
        {
            if (entry.FullUrl is { } url)
            {
                _byUrl.TryAdd(url, entry);
            }

            if (entry.Target is { } target)
            {
                _byTarget.TryAdd(target.ToString(), entry);
            }
        }
    }

    public IReadOnlyList<FhirEntry> All { get; }

    public static FhirEntries Of(JsonElement bundle) => new([.. bundle.Member("entry").Items().Select(FhirEntry.From)]);

    /// <summary>The entry whose fullUrl is the reference, else the one with its type and id; null when there is none.</summary>
    public FhirEntry? Find(string reference)
    {
        if (_byUrl.TryGetValue(reference, out var entry))
        {
            return entry;
        }

        return FhirReference.From(reference) is { } target ? _byTarget.GetValueOrDefault(target.ToString()) : null;
    }
}
