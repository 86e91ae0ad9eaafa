using System.Text.RegularExpressions;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads users and organizations.</summary>
internal static partial class DirectoryReader
{
    [GeneratedRegex("^usr_[0-9a-f]{32}$", RegexOptions.CultureInvariant)]
    private static partial Regex UserId();

    [GeneratedRegex("^org_[0-9a-f]{32}$", RegexOptions.CultureInvariant)]
    private static partial Regex OrgId();

    public static User ReadUser(SettingsReader settings)
    {
        var user = new User
        {
            UserId = Id(settings, "userId", UserId(), "Write usr_ and 32 hex digits."),
            Email = settings.RequiredText("email", "Write the user's e-mail address."),
            Npi = settings.Text("npi"),
            LocalIds = [.. settings.Objects("localIds").Select(ReadLocalId)],
            Active = settings.Flag("active", usual: true),
            FirstName = settings.Text("firstName"),
            LastName = settings.Text("lastName"),
            MiddleName = settings.Text("middleName"),
            Suffix1 = settings.Text("suffix1"),
            Suffix2 = settings.Text("suffix2"),
        };

        settings.End();
        return user;
    }

    public static Org ReadOrg(SettingsReader settings)
    {
        var org = new Org(
            Id(settings, "orgId", OrgId(), "Write org_ and 32 hex digits."),
            settings.RequiredText("orgName", "Write the organization's name."),
            settings.List("codes") ?? []);

        settings.End();
        return org;
    }

    private static LocalId ReadLocalId(SettingsReader settings)
    {
        var id = new LocalId(
            settings.RequiredText("authority", "Write the system that gave the id, as in userAuthority of its source."),
            settings.RequiredText("id", "Write the user's id in that system."));

        settings.End();
        return id;
    }

    private static string Id(SettingsReader settings, string name, Regex shape, string right)
    {
        var id = settings.RequiredText(name, right);

        if (id.Length > 0 && !shape.IsMatch(id))
        {
            settings.Fault(name, $"{settings.Shown(id)} has not the shape of an id.", right);
        }

        return id;
    }
}
