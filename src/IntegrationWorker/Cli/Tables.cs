using Spectre.Console;

namespace IntegrationWorker.Cli;

/// <summary>Prints tables.</summary>
internal static class Tables
{
    // Where nobody watches, lines are not cut to the width of a terminal.
    private const int WideEnough = 400;

    public static void Print(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());

        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WideEnough;
        }

        var table = new Table().Border(TableBorder.Rounded);

        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).NoWrap());
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => Markup.Escape(cell ?? ""))]);
        }

        console.Write(table);
    }

    public static string Time(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'") ?? "";
}
