namespace IntegrationWorker.Store.Sql;

/// <summary>The conditions of a list: only those that were asked for are part of the text, so that an index can serve them.</summary>
internal sealed class Conditions
{
    private readonly List<string> _texts = [];
    private readonly List<SqlValue> _parameters = [];

    /// <summary>The conditions after <c>where</c>.</summary>
    public string Text => _texts.Count == 0 ? "true" : string.Join(" and ", _texts);

    /// <summary>Adds a condition, unless its value is null.</summary>
    /// <param name="text">SQL with the value as a parameter.</param>
    public Conditions Add(string text, SqlValue value)
    {
        if (value.Value is not null)
        {
            _texts.Add(text);
            _parameters.Add(value);
        }

        return this;
    }

    public Conditions AddIf(bool isWanted, string text)
    {
        if (isWanted)
        {
            _texts.Add(text);
        }

        return this;
    }

    /// <summary>The values of the conditions, and others.</summary>
    public SqlValue[] ParametersWith(params ReadOnlySpan<SqlValue> others) => [.. _parameters, .. others];
}
