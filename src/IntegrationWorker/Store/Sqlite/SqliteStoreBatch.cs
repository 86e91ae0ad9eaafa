using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>A transaction of the one writer: it began by keeping all others out, so nothing in it has to be locked.</summary>
internal sealed class SqliteStoreBatch(SqlSession session, DataProtector protector) : StoreBatch(session, protector);
