using IntegrationWorker.Store.Sql;
using Microsoft.Data.Sqlite;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>Runs a statement on a command that may have run before with other values.</summary>
internal static class SqliteStatements
{
    public static void Run(SqliteCommand command, QueuedStatement statement)
    {
        Bind(command.Parameters, statement.Parameters);

        if (statement.Read is null)
        {
            statement.CheckAffected(command.ExecuteNonQuery());
        }
        else
        {
            using var reader = command.ExecuteReader();
            var rows = 0;

            for (; reader.Read(); rows++)
            {
                statement.Read(reader);
            }

            statement.CheckAffected(rows);
        }

        // Megabytes of a batch are not held until the next one.
        foreach (SqliteParameter parameter in command.Parameters)
        {
            parameter.Value = DBNull.Value;
        }
    }

    private static void Bind(SqliteParameterCollection parameters, IReadOnlyList<SqlValue> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (i == parameters.Count)
            {
                parameters.Add(new SqliteParameter { ParameterName = "@" + values[i].Name });
            }

            parameters[i].SqliteType = TypeOf(values[i].Kind);
            parameters[i].Value = values[i].Value ?? DBNull.Value;
        }
    }

    private static SqliteType TypeOf(SqlKind kind) => kind switch
    {
        SqlKind.Number => SqliteType.Integer,
        SqlKind.Bytes => SqliteType.Blob,
        _ => SqliteType.Text,
    };
}
