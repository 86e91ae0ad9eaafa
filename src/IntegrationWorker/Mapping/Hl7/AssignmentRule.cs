using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>PRT-5, ROL-4, OBR-32 → who is to read the study. docs/mapping.md §3.6; tables 0912, 0443, 0287.</summary>
/// <remarks>The first place that names a person with an id, or deletes the person, decides; whoever is not found there ends the search.</remarks>
internal ref struct AssignmentRule
{
    /// <summary>A segment that gives somebody a role: which of its fields is what.</summary>
    private sealed record Role(string Segment, int Code, int Person, int Telecom, string[] Codes)
    {
        public string Location { get; } = $"{Segment}-{Person}";
    }

    private static readonly Role[] _roles = [new("PRT", 4, 5, 15, ["EPRI", "PRI", "PI"]), new("ROL", 3, 4, 12, ["PI"])];

    private readonly GroupReader _reader;

    private string? _namedOnlyAt;

    private AssignmentRule(GroupReader reader)
    {
        _reader = reader;
    }

    /// <summary>Null when the group says nothing of a reader, or nothing that can be used.</summary>
    /// <param name="onlyIfEmpty">Results fill in a reader where there is none; they never take one away.</param>
    public static Assignment? Map(GroupReader reader, bool onlyIfEmpty)
    {
        var assignment = new AssignmentRule(reader).Search();

        return !onlyIfEmpty ? assignment : assignment?.UserId is null ? null : assignment with { OnlyIfEmpty = true };
    }

    private Assignment? Search()
    {
        foreach (var role in _roles)
        {
            if (OfRole(role, out var assignment))
            {
                return assignment;
            }
        }

        if (OfField("OBR-32", out var interpreter))
        {
            return interpreter;
        }

        foreach (var place in _reader.Source.AssignmentFields)
        {
            if (OfField(place, out var assignment))
            {
                return assignment;
            }
        }

        if (_namedOnlyAt is not null)
        {
            _reader.Warn(Notice.Of(Codes.UserUnknown, "location", _namedOnlyAt));
        }

        return null;
    }

    /// <summary>With one person leaving and another coming, the one who comes counts.</summary>
    private bool OfRole(Role role, out Assignment? assignment)
    {
        NamedPerson? coming = null;
        NamedPerson? leaving = null;
        var isNull = false;

        foreach (var index in _reader.Group.Others)
        {
            var segment = _reader.Message[index];

            if (!segment.Is(role.Segment) || !role.Codes.Contains(_reader.Code(segment[role.Code])))
            {
                continue;
            }

            var adds = Adds(_reader.Code(segment[2]), $"{role.Segment}-2");
            var person = NamedPerson.OfXcn(_reader, segment[role.Person], segment[role.Telecom]);

            if (adds is null)
            {
                continue;
            }

            isNull |= adds == true && _reader.IsNull(segment[role.Person]);

            if (!person.HasId)
            {
                _namedOnlyAt ??= person.IsNamed ? role.Location : null;
            }
            else if (adds == true)
            {
                coming ??= person;
            }
            else
            {
                leaving ??= person;
            }
        }

        assignment = coming is not null ? Assign(coming, role.Location)
            : isNull ? new Assignment(null, null, role.Location)
            : leaving?.Find(_reader, role.Location) is { } user ? new Assignment(null, user.UserId, role.Location)
            : null;

        return coming is not null || isNull || leaving is not null;
    }

    /// <summary>Table 0287: true for who comes, false for who leaves, null where nothing changes.</summary>
    private bool? Adds(string action, string location)
    {
        switch (action)
        {
            case "" or "AD" or "CO" or "UP":
                return true;
            case "DE":
                return false;
            case "UC" or "X" or "LI" or "UN":
                return null;
            default:
                _reader.Warn(Notice.Of(Codes.UnknownCode, "location", location, "value", action));
                return null;
        }
    }

    private bool OfField(string place, out Assignment? assignment)
    {
        var field = _reader.First(GroupReader.Address(place));
        assignment = null;

        if (_reader.IsNull(field))
        {
            assignment = new Assignment(null, null, place);
            return true;
        }

        var person = NamedPerson.OfNdl(_reader, field);

        if (!person.HasId)
        {
            _namedOnlyAt ??= person.IsNamed ? place : null;
            return false;
        }

        assignment = Assign(person, place);
        return true;
    }

    private Assignment? Assign(NamedPerson person, string location) =>
        person.Find(_reader, location) is { } user ? new Assignment(user.UserId, null, location) : null;
}
