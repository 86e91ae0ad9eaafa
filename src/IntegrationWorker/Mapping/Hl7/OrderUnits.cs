using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>ORM, OMI, OMG and ORU → one unit per study. docs/mapping.md §2.5, §3.1–3.8.</summary>
internal static class OrderUnits
{
    public static List<UnitUpdate> Map(UnitStart start, IReadOnlyList<OrderGroup> groups, UnitKind kind, Rulebook rules)
    {
        var readers = new List<GroupReader>(groups.Count);

        foreach (var group in groups)
        {
            readers.Add(start.Reader(group));
        }

        var sharedUid = readers.Count > 1 ? SharedUidRule.Find([.. readers.Where(reader => !SectionRule.IsExcluded(reader))], rules) : null;
        var units = new List<(UnitUpdate Unit, int Patient)>(readers.Count);

        foreach (var reader in readers)
        {
            units.Add((MapGroup(start, reader, kind, sharedUid), reader.Group.PatientIndex));
        }

        return GroupsOfOneStudy.Combine(units, rules);
    }

    private static UnitUpdate MapGroup(UnitStart start, GroupReader reader, UnitKind kind, string? sharedUid)
    {
        var unit = start.Begin(reader, kind);
        var signal = SignalRule.Map(reader);
        unit.IgnoredReason = SectionRule.IsExcluded(reader) ? "not-imaging" : signal.Ignored;

        if (unit.IgnoredReason is not null)
        {
            return unit;
        }

        unit.Identity = IdentityRule.Map(reader, sharedUid, out var rejection);
        unit.Rejection = rejection;
        var procedure = new ProcedureUpdate
        {
            Key = ProcedureKeyRule.Map(reader, unit.Identity),
            Signal = signal.Signal,
            SignalLocation = signal.Location,
        };

        if (kind == UnitKind.Result)
        {
            unit.Procedures.Add(procedure);
            MapResult(reader, unit, procedure, signal);
        }
        else if (!signal.LinksOnly)
        {
            unit.Procedures.Add(procedure);
            MapOrder(reader, unit, procedure, signal);
        }

        return unit;
    }

    private static void MapOrder(GroupReader reader, UnitUpdate unit, ProcedureUpdate procedure, SignalRule signal)
    {
        MetadataRule.Set(unit, MetadataKeys.OrderStatus, signal.OrderStatus);
        MapStatusReason(reader, unit, procedure.Signal);

        if (procedure.Signal == Signal.Cancel)
        {
            return; // Nothing else of a cancelled group is read.
        }

        DescriptionRule.Map(reader, procedure);
        SeverityRule.Map(reader, procedure);
        ModalityRule.Map(reader, procedure);
        MetadataRule.MapOrder(reader, unit, procedure);
        FurtherKeysRule.MapPatient(reader, unit);
        FurtherKeysRule.MapOrder(reader, unit);
        unit.Assignment = AssignmentRule.Map(reader, onlyIfEmpty: false);

        if (signal.IsNew)
        {
            MetadataRule.MapVisit(reader, unit);
            FurtherKeysRule.MapVisit(reader, unit);
        }

        if (reader.Source.OrderCompleteMeansRead && signal.OrderStatus?.Value == "CM")
        {
            procedure.Facts[ProcedureFacts.Result] = new Asserted(ProcedureFacts.Final, "ORC-5");
        }

        unit.MayCreate = signal.MayCreate
            && reader.Source.AllowCreate
            && procedure.Facts.ContainsKey(ProcedureFacts.Description)
            && unit.Identity.StudyInstanceUid is { } uid
            && DicomUid.IsValid(uid);

        if (unit.MayCreate)
        {
            OrganizationRule.Map(reader, unit);
        }
    }

    /// <summary>A result never describes, never reinstates; it raises or assigns only where its source is set so.</summary>
    private static void MapResult(GroupReader reader, UnitUpdate unit, ProcedureUpdate procedure, SignalRule signal)
    {
        MetadataRule.Set(unit, MetadataKeys.ResultStatus, ResultRule.Map(reader, procedure));

        if (!reader.Group.Orc.IsAbsent && (reader.Group.Orc[5].HasValue || reader.IsNull(reader.Group.Orc[5])))
        {
            MetadataRule.Set(unit, MetadataKeys.OrderStatus, signal.OrderStatus);
        }

        if (procedure.Signal == Signal.Cancel)
        {
            MapStatusReason(reader, unit, procedure.Signal);
            return;
        }

        MetadataRule.MapAccession(reader, unit);

        if (reader.Source.ResultsEscalate)
        {
            SeverityRule.Map(reader, procedure);
        }

        if (reader.Source.ResultsAssign)
        {
            unit.Assignment = AssignmentRule.Map(reader, onlyIfEmpty: true);
        }

        if (procedure.Signal == Signal.None && procedure.Facts.Count == 0 && unit.Metadata.Count == 0 && unit.Assignment is null)
        {
            unit.IgnoredReason = "nothing-asserted";
            unit.Rejection = null;
        }
    }

    private static void MapStatusReason(GroupReader reader, UnitUpdate unit, Signal signal)
    {
        if (signal is Signal.Cancel or Signal.Hold)
        {
            MetadataRule.MapStatusReason(reader, unit);
            FurtherKeysRule.MapStatusReason(reader, unit);
        }
    }
}
