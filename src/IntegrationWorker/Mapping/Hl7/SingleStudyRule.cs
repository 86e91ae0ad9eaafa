using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>The study of a message about one of them (SIU, MDM): UID, accession number, and the order numbers in fields of their own.</summary>
internal static class SingleStudyRule
{
    public static void Map(GroupReader reader, UnitUpdate unit, Hl7FieldAddress filler, Hl7FieldAddress placer)
    {
        var identity = IdentityRule.Map(reader, sharedUid: null, out var rejection);

        unit.Identity = identity with
        {
            Filler = Number(reader, filler, reader.Source.FillerIssuer) ?? identity.Filler,
            Placer = Number(reader, placer, reader.Source.PlacerIssuer) ?? identity.Placer,
        };

        if (unit.Identity.IsEmpty)
        {
            unit.IgnoredReason = "no-order-number";
        }
        else if (rejection?.Code != Codes.NoIdentity)
        {
            unit.Rejection = rejection;
        }
    }

    private static Identifier? Number(GroupReader reader, Hl7FieldAddress place, string? defaultIssuer)
    {
        var number = IdentityRule.EntityIdentifier(reader, reader.First(place));
        return number is null ? null : number with { Issuer = number.Issuer ?? defaultIssuer };
    }
}
