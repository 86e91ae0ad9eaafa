using System.Text;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>The links of the studies that a transaction has loaded, and what stands in the rows of studies when it writes.</summary>
internal sealed class LoadedLinks
{
    private readonly Dictionary<string, List<Link>> _byStudy = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unwritten = new(StringComparer.Ordinal);

    /// <param name="isWritten">They were read from the row of the study.</param>
    public void Add(string studyId, List<Link> links, bool isWritten)
    {
        _byStudy[studyId] = links;

        if (!isWritten)
        {
            _unwritten.Add(studyId);
        }
    }

    /// <summary>The study was loaded, and so it is locked.</summary>
    public bool HasLoaded(Study study) => _byStudy.ContainsKey(study.StudyId);

    /// <summary>By study id, the document that its row is to hold; null: what the row holds is not true any more, and nobody here knows what is.</summary>
    public Dictionary<string, string?> DocumentsFor(BatchChanges changes)
    {
        var documents = new Dictionary<string, string?>(StringComparer.Ordinal);
        var added = changes.NewLinks.ToLookup(link => link.StudyId, StringComparer.Ordinal);
        var removed = changes.RemovedLinks.ToLookup(link => link.StudyId, StringComparer.Ordinal);

        foreach (var study in changes.NewStudies)
        {
            documents[study.StudyId] = DocumentOf([], added[study.StudyId], []);
        }

        foreach (var id in added.Concat(removed).Select(links => links.Key).Concat(changes.ChangedStudies.Select(study => study.StudyId).Where(_unwritten.Contains)))
        {
            if (!documents.ContainsKey(id))
            {
                documents[id] = _byStudy.TryGetValue(id, out var loaded) ? DocumentOf(loaded, added[id], removed[id]) : null;
            }
        }

        return documents;
    }

    private static string DocumentOf(IEnumerable<Link> loaded, IEnumerable<Link> added, IEnumerable<Link> removed)
    {
        // What a batch both removes and adds is there afterwards.
        var links = loaded.Except(removed).Union(added)
            .OrderBy(link => link.Kind).ThenBy(link => link.Value, StringComparer.Ordinal).ThenBy(link => link.Issuer, StringComparer.Ordinal);

        return Encoding.UTF8.GetString(LinkDocument.Write(links));
    }
}
