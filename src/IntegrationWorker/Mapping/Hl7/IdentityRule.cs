using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>The numbers of a group: UID, accession number, filler and placer order number. docs/mapping.md §2.1–2.3.</summary>
internal static class IdentityRule
{
    /// <summary>Two contradict each other already; the others are only told, and telling each once takes comparing.</summary>
    private const int UidsMax = 20;

    public static Identity Map(GroupReader reader, string? sharedUid, out Notice? rejection)
    {
        var uids = StudyUids(reader);
        rejection = null;

        if (uids.Count == 0 && sharedUid is not null)
        {
            uids.Add(sharedUid);
        }

        var identity = new Identity
        {
            StudyInstanceUid = uids.Count > 0 ? uids[0] : null,
            Accession = Accession(reader, out _),
            Filler = OrderNumber(reader, 3, reader.Source.FillerIssuer),
            Placer = OrderNumber(reader, 2, reader.Source.PlacerIssuer),
        };

        if (identity.IsEmpty)
        {
            rejection = Notice.Of(Codes.NoIdentity);
        }
        else if (uids.Count > 1)
        {
            rejection = Notice.Of(Codes.IdentityContradiction, "values", uids);
        }
        else if (identity.StudyInstanceUid is { } uid && !DicomUid.IsValid(uid) && !reader.Source.LenientUid)
        {
            rejection = Notice.Of(Codes.InvalidUid, "value", uid);
        }

        return identity;
    }

    /// <summary>Every different UID of the group, in the order IPC, ZDS, OBX, configured fields.</summary>
    public static List<string> StudyUids(GroupReader reader)
    {
        var uids = new List<string>();

        foreach (var index in reader.Group.Others)
        {
            var segment = reader.Message[index];

            if (segment.Is("IPC"))
            {
                Add(uids, reader.Text(segment[3].Component(1)));
            }
        }

        foreach (var index in reader.Group.Others)
        {
            var segment = reader.Message[index];

            if (segment.Is("ZDS"))
            {
                Add(uids, reader.Text(segment[1].Component(1)));
            }
            else if (segment.Is("OBX") && IsUidObservation(segment))
            {
                Add(uids, reader.Text(segment[5].Component(1)));
            }
        }

        foreach (var address in reader.Source.UidFields)
        {
            Add(uids, reader.Text(reader.First(GroupReader.Address(address)).Component(1)));
        }

        return uids;
    }

    /// <summary>OBX-3 names a Study Instance UID, by DICOM code or by one of the spellings in use.</summary>
    public static bool IsUidObservation(Hl7Segment observation)
    {
        var identifier = observation[3];

        return identifier.Component(1).Raw is "113014" or "110180" || IsUidName(identifier.Component(1).Raw) || IsUidName(identifier.Component(2).Raw);
    }

    private static bool IsUidName(ReadOnlySpan<char> text)
    {
        Span<char> compact = stackalloc char[24];
        var length = 0;

        foreach (var character in text)
        {
            if (character == ' ')
            {
                continue;
            }

            if (length == compact.Length)
            {
                return false;
            }

            compact[length++] = char.ToLowerInvariant(character);
        }

        return compact[..length] is "studyinstanceuid" or "dicomstudy";
    }

    private static void Add(List<string> uids, string text)
    {
        var uid = text.StartsWith("urn:oid:", StringComparison.OrdinalIgnoreCase) ? text["urn:oid:".Length..] : text;

        if (uid.Length > 0 && uids.Count < UidsMax && !uids.Contains(uid))
        {
            uids.Add(uid);
        }
    }

    /// <summary>The first of the source's accession fields that has a value.</summary>
    /// <param name="location">That field; with no accession number, the first field that deletes it, or null.</param>
    public static Identifier? Accession(GroupReader reader, out string? location)
    {
        location = null;

        foreach (var setting in reader.Source.AccessionFields)
        {
            var field = reader.First(GroupReader.Address(setting));
            var value = reader.Text(field.Component(1));

            if (value.Length > 0)
            {
                location = setting;
                return new Identifier(value, Issuer(reader, field) ?? reader.Source.AccessionIssuer ?? SendingFacility(reader));
            }

            location ??= reader.IsNull(field) ? setting : null;
        }

        return null;
    }

    /// <summary>ORC counts where ORC and OBR disagree; of equal numbers the one that names its issuer is kept.</summary>
    private static Identifier? OrderNumber(GroupReader reader, int number, string? defaultIssuer)
    {
        var fromOrc = Read(reader, reader.Group.Orc, number);
        var fromObr = Read(reader, reader.Group.Obr, number);
        var chosen = fromOrc ?? fromObr;

        if (fromOrc is not null && fromObr is not null)
        {
            var sameIssuer = fromOrc.Issuer is null || fromObr.Issuer is null || reader.Rules.IsSameIssuer(fromOrc.Issuer, fromObr.Issuer);

            if (fromOrc.Value != fromObr.Value || !sameIssuer)
            {
                reader.Warn(Notice.Of(Codes.OrderNumbersDisagree, "field", $"ORC-{number}/OBR-{number}"));
            }
            else
            {
                chosen = fromOrc with { Issuer = fromOrc.Issuer ?? fromObr.Issuer };
            }
        }

        return chosen is null ? null : chosen with { Issuer = chosen.Issuer ?? defaultIssuer };
    }

    private static Identifier? Read(GroupReader reader, Hl7Segment segment, int number) =>
        segment.IsAbsent ? null : EntityIdentifier(reader, segment[number]);

    /// <summary>EI: value and issuer (namespace, else universal id); null when there is no value.</summary>
    public static Identifier? EntityIdentifier(GroupReader reader, Hl7Field field)
    {
        var value = reader.Text(field.Component(1));
        return value.Length > 0 ? new Identifier(value, Issuer(reader, field)) : null;
    }

    private static string? Issuer(GroupReader reader, Hl7Field field)
    {
        var name = reader.Text(field.Component(2));
        name = name.Length > 0 ? name : reader.Text(field.Component(3));

        return name.Length > 0 ? name : null;
    }

    public static string? SendingFacility(GroupReader reader)
    {
        var name = reader.Text(reader.Message[0][4].Component(1));
        return name.Length > 0 ? name : null;
    }
}
