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
        var found = Candidates(reader);
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

    /// <summary>Each user once; by the surest kind of id that leads to anybody.</summary>
    private List<User> Candidates(GroupReader reader)
    {
        var users = reader.Rules.Users;
        var found = new List<User>();

        foreach (var npi in _npis)
        {
            AddTo(found, users.ByNpi(npi));
        }

        if (found.Count == 0)
        {
            foreach (var (id, space, universalId) in _localIds)
            {
                AddOfLocalId(found, users, id, space.Length == 0 && universalId.Length == 0 ? reader.Source.UserAuthority ?? "" : space);
                AddOfLocalId(found, users, id, universalId);
            }
        }

        if (found.Count == 0 && _email.Length > 0)
        {
            AddTo(found, users.ByEmail(_email));
        }

        return found;
    }

    private static void AddOfLocalId(List<User> found, UserDirectory users, string id, string authority)
    {
        if (authority.Length > 0)
        {
            AddTo(found, users.ByLocalId(authority, id));
        }
    }

    private static void AddTo(List<User> found, IReadOnlyList<User> users)
    {
        foreach (var user in users)
        {
            if (found.Count < 2 && !found.Contains(user)) // Two are ambiguous already.
            {
                found.Add(user);
            }
        }
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
