using System.Net.Sockets;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

/// <summary>Which failures stop the intake until the surroundings are well again, and which are a message's or the program's own.</summary>
/// <remarks>PostgreSQL, appendix A (error codes); SQLite, result codes.</remarks>
public sealed class SurroundingsFailureTests
{
    [Theory]
    [InlineData("08006")] // connection_failure
    [InlineData("08P01")] // protocol_violation
    [InlineData("25006")] // read_only_sql_transaction: a standby that was taken for the server
    [InlineData("28000")] // invalid_authorization_specification
    [InlineData("28P01")] // invalid_password
    [InlineData("40001")] // serialization_failure
    [InlineData("40P01")] // deadlock_detected
    [InlineData("53100")] // disk_full
    [InlineData("53200")] // out_of_memory
    [InlineData("53300")] // too_many_connections
    [InlineData("57014")] // query_canceled: statement_timeout
    [InlineData("57P01")] // admin_shutdown
    [InlineData("57P03")] // cannot_connect_now
    [InlineData("58030")] // io_error
    [InlineData("XX000")] // internal_error
    [InlineData("XX001")] // data_corrupted
    public void GivenAStateOfPostgres_WhenItIsTheServers_ThenItIsAFailureOfTheSurroundings(string state) => Assert.True(Is(state));

    [Theory]
    [InlineData("22001")] // string_data_right_truncation
    [InlineData("22021")] // character_not_in_repertoire
    [InlineData("22P05")] // untranslatable_character
    [InlineData("23502")] // not_null_violation
    [InlineData("23505")] // unique_violation
    [InlineData("25001")] // active_sql_transaction
    [InlineData("25P02")] // in_failed_sql_transaction
    [InlineData("42501")] // insufficient_privilege
    [InlineData("42601")] // syntax_error
    [InlineData("42P01")] // undefined_table
    [InlineData("54000")] // program_limit_exceeded: a value that no index takes
    public void GivenAStateOfPostgres_WhenItIsTheStatementsOwn_ThenItIsNone(string state) => Assert.False(Is(state));

    [Theory]
    [InlineData(5, true)] // SQLITE_BUSY
    [InlineData(6, true)] // SQLITE_LOCKED
    [InlineData(8, true)] // SQLITE_READONLY
    [InlineData(10, true)] // SQLITE_IOERR
    [InlineData(11, true)] // SQLITE_CORRUPT
    [InlineData(13, true)] // SQLITE_FULL
    [InlineData(14, true)] // SQLITE_CANTOPEN
    [InlineData(26, true)] // SQLITE_NOTADB
    [InlineData(1, false)] // SQLITE_ERROR
    [InlineData(18, false)] // SQLITE_TOOBIG
    [InlineData(19, false)] // SQLITE_CONSTRAINT
    [InlineData(20, false)] // SQLITE_MISMATCH
    public void GivenACodeOfSqlite_WhenItIsOfFileOrLock_ThenItIsAFailureOfTheSurroundings(int code, bool expected) =>
        Assert.Equal(expected, SurroundingsFailure.Is(new SqliteException("", code)));

    public static TheoryData<Exception, bool> Others => new()
    {
        { new TimeoutException(), true },
        { new SocketException(), true },
        { new IOException(), true },
        { new NpgsqlException(), true }, // No answer of the server at all.
        { new InvalidOperationException(), false },
        { new FormatException("", new IOException()), true }, // Whatever it is wrapped in.
        { new FormatException("", new FormatException("", new TimeoutException())), true },
        { new FormatException("", Postgres("23505")), false },
        { new AggregateException(new InvalidOperationException(), new IOException()), true },
        { new AggregateException(new InvalidOperationException()), false },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public void GivenAnyFailure_WhenOneOfTheSurroundingsIsInIt_ThenItCounts(Exception failure, bool expected) =>
        Assert.Equal(expected, SurroundingsFailure.Is(failure));

    [Fact]
    public void GivenAFailure_WhenItIsDescribed_ThenItsTextIsNotToldForItMayHoldWhatAMessageSaid()
    {
        Assert.Equal("PostgreSQL error 23505", SurroundingsFailure.Describe(Postgres("23505")));
        Assert.Equal("SQLite error 19", SurroundingsFailure.Describe(new SqliteException("ALPHA^EXAMPLE", 19)));
        Assert.Equal("FormatException (TimeoutException)", SurroundingsFailure.Describe(new FormatException("ALPHA", new TimeoutException("BETA"))));
    }

    private static bool Is(string state) => SurroundingsFailure.Is(Postgres(state));

    private static PostgresException Postgres(string state) => new("ALPHA^EXAMPLE", "ERROR", "ERROR", state);
}
