using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.StudyApi.Model;

/// <summary>
/// What docs/mapping.md §6.3 and §6.4 say of one field when every statement is newer than the one before: who wrote last, what each source said
/// last, and who raised it.
/// </summary>
internal sealed class ModelField(string? value)
{
    private readonly Dictionary<string, string?> _said = [];
    private Source? _last;
    private Source? _raisedBy;

    public string? Value { get; private set; } = value;

    public Authority LastAuthority => _last?.Authority ?? Authority.None;

    /// <summary>A command: never an echo, never too late.</summary>
    /// <returns>False when a severity is held back.</returns>
    public bool Command(Source source, string? value, bool isSeverity = false)
    {
        if (isSeverity && _last is not null && Lowers(value) && source.Authority.Rank() < (_raisedBy ?? _last).Authority.Rank())
        {
            _said[source.SourceId] = value;
            return false;
        }

        Set(source, value);
        return true;
    }

    /// <summary>A RIS repeats all it knows in every message.</summary>
    public void Order(Source source, string? value, bool isSeverity = false)
    {
        var isUrgent = isSeverity && Severities.Parse(value) > Severities.Parse(Value);
        var isEcho = _last is not null && _last.SourceId != source.SourceId
            && _said.TryGetValue(source.SourceId, out var said) && said == value
            && !(isUrgent && LastAuthority is not (Authority.Operator or Authority.Viewer));
        var holder = _raisedBy ?? _last;
        var isKept = isSeverity && Lowers(value) && holder is not null && holder.SourceId != source.SourceId
            && source.Authority.Rank() < holder.Authority.Rank();

        if (isEcho || isKept)
        {
            _said[source.SourceId] = value;
        }
        else
        {
            Set(source, value);
        }
    }

    private bool Lowers(string? value) => Severities.Parse(value) < Severities.Parse(Value);

    private void Set(Source source, string? value)
    {
        _said[source.SourceId] = value;
        _raisedBy = value == Value ? _raisedBy ?? _last : null;
        (Value, _last) = (value, source);
    }
}
