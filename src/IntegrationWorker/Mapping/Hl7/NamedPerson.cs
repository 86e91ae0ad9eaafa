using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>The ids by which a message names one person. Names are not read: two readers may share one. docs/mapping.md §3.6.</summary>
internal sealed class NamedPerson
{
    private const string NpiAuthority = "2.16.840.1.113883.4.6";

    private readonly List<string> _npis = [];
    private readonly List<(string Id, string Namespace, string UniversalId)> _localIds = [];
    private string _email = "";

    /// <summary>Something was sent in the place of a person.</summary>
    public bool IsNamed { get; private set; }

    public bool HasId => _npis.Count > 0 || _localIds.Count > 0 || _email.Length > 0;

    /// <summary>XCN: id 1, authority 9, type of id 13. Its repetitions are further ids of the same person.</summary>
    public static NamedPerson OfXcn(GroupReader reader, Hl7Field field, Hl7Field telecom = default)
    {
        var person = new NamedPerson { IsNamed = IsName(field.Raw) };

        foreach (var repetition in field.Repetitions)
        {
            var authority = repetition.Component(9);
            person.Add(
                reader.Text(repetition.Component(1).Subcomponent(1)),
                reader.Text(authority.Subcomponent(1)),
                reader.Text(authority.Subcomponent(2)),
                reader.Text(repetition.Component(13)));
        }

        person._email = Email(reader, telecom);
        return person;
    }

    /// <summary>NDL: component 1 is a CNN with subcomponents id 1, authority 9 to 11. A third of real senders write an XCN there.</summary>
    public static NamedPerson OfNdl(GroupReader reader, Hl7Field field)
    {
        var first = field.Component(1);

        if (!first.HasSubcomponents)
        {
            return OfXcn(reader, field.Repetition(1));
        }

        var person = new NamedPerson { IsNamed = IsName(first.Raw) };
        person.Add(reader.Text(first.Subcomponent(1)), reader.Text(first.Subcomponent(9)), reader.Text(first.Subcomponent(10)), "");
        return person;
    }

    /// <summary>The active user that the ids lead to; null with a warning when there is none, or more than one.</summary>
    public User? Find(GroupReader reader, string location)
    {
        var found = Candidates(reader).DistinctBy(user => user.UserId).ToList();
        var code = found.Count switch
        {
            0 => Codes.UserUnknown,
            1 => found[0].Active ? null : Codes.UserInactive,
            _ => Codes.UserAmbiguous,
        };

        if (code is not null)
        {
            reader.Warn(Notice.Of(code, "location", location));
            return null;
        }

        return found[0];
    }

    private List<User> Candidates(GroupReader reader)
    {
        var users = reader.Rules.Users;
        var found = _npis.SelectMany(users.ByNpi).ToList();

        if (found.Count == 0)
        {
            found.AddRange(_localIds.SelectMany(local => OfLocalId(users, local, reader.Source.UserAuthority)));
        }

        if (found.Count == 0 && _email.Length > 0)
        {
            found.AddRange(users.ByEmail(_email));
        }

        return found;
    }

    private static IEnumerable<User> OfLocalId(UserDirectory users, (string Id, string Namespace, string UniversalId) local, string? defaultAuthority)
    {
        var (id, space, universalId) = local;
        var authorities = space.Length == 0 && universalId.Length == 0 ? new[] { defaultAuthority ?? "" } : [space, universalId];

        return authorities.Where(authority => authority.Length > 0).SelectMany(authority => users.ByLocalId(authority, id));
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (char.IsLetterOrDigit(character))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(string id, string space, string universalId, string type)
    {
        if (id.Length == 0)
        {
            return;
        }

        if (type == "NPI" || space == NpiAuthority || universalId == NpiAuthority)
        {
            _npis.Add(id);
        }
        else
        {
            _localIds.Add((id, space, universalId));
        }
    }

    /// <summary>XTN: the address stands in component 4; older senders write it into component 1.</summary>
    private static string Email(GroupReader reader, Hl7Field telecom)
    {
        foreach (var repetition in telecom.Repetitions)
        {
            foreach (var number in (ReadOnlySpan<int>)[4, 1])
            {
                var text = reader.Text(repetition.Component(number));

                if (text.Contains('@', StringComparison.Ordinal))
                {
                    return text;
                }
            }
        }

        return "";
    }
}
