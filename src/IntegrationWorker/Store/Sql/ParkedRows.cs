using System.Data.Common;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Sql;

/// <summary>The tables of the parked units: the unit is encrypted, its numbers are there to be found.</summary>
internal static class ParkedRows
{
    /// <summary>What <see cref="Read"/> needs, of a table named <c>p</c>.</summary>
    public const string Selected = "p.unit_key, p.message_key, p.received_at, p.expires_at, p.payload";

    public static readonly Column<string>[] UnitKeys = [Column<string>.Text("unit_key", key => key)];

    public static readonly Column<(LinkKey Key, string UnitKey)>[] KeyColumns =
    [
        Column<(LinkKey Key, string UnitKey)>.Number("kind", row => (long)row.Key.Kind),
        Column<(LinkKey Key, string UnitKey)>.Text("value", row => row.Key.Value),
        Column<(LinkKey Key, string UnitKey)>.Text("unit_key", row => row.UnitKey),
    ];

    public static readonly Column<(ParkedUnit Unit, byte[] Payload)>[] Columns =
    [
        Column<(ParkedUnit Unit, byte[] Payload)>.Text("unit_key", row => row.Unit.UnitKey),
        Column<(ParkedUnit Unit, byte[] Payload)>.Text("message_key", row => row.Unit.MessageKey),
        Column<(ParkedUnit Unit, byte[] Payload)>.Time("received_at", row => row.Unit.ReceivedAt),
        Column<(ParkedUnit Unit, byte[] Payload)>.Time("expires_at", row => row.Unit.ExpiresAt),
        Column<(ParkedUnit Unit, byte[] Payload)>.Bytes("payload", row => row.Payload),
    ];

    public static byte[] Seal(ParkedUnit unit, DataProtector protector) =>
        protector.Protect(StoreJson.Write(new ParkedDocument(unit.Unit, unit.Keys, unit.Body, unit.Headers, unit.Door)), PlaceOf(unit.UnitKey));

    public static ParkedUnit Read(DbDataReader reader, DataProtector protector) => Open(reader.GetString(0), reader.Bytes(4), protector) with
    {
        MessageKey = reader.GetString(1),
        ReceivedAt = reader.Time(2),
        ExpiresAt = reader.Time(3),
    };

    /// <summary>What <see cref="Seal"/> closed: a unit whose time does not end, with the message key of its mapping.</summary>
    public static ParkedUnit Open(string unitKey, byte[] payload, DataProtector protector)
    {
        var document = StoreJson.ReadParked(protector.Unprotect(payload, PlaceOf(unitKey)));

        return new ParkedUnit
        {
            UnitKey = unitKey,
            MessageKey = document.Unit.MessageKey,
            ReceivedAt = DateTimeOffset.MinValue,
            ExpiresAt = DateTimeOffset.MaxValue,
            Unit = document.Unit,
            Keys = document.Keys,
            Body = document.Body,
            Headers = document.Headers,
            Door = document.Door,
        };
    }

    private static string PlaceOf(string unitKey) => $"parked/{unitKey}/payload";
}
