using System.Text;
using IntegrationWorker.Hosting.Settings;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

/// <summary>Users and organizations from CSV files.</summary>
public sealed class DirectoryFileTests : IDisposable
{
    private const string One = "usr_00000000000000000000000000000001";
    private const string Two = "usr_00000000000000000000000000000002";

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivenTheDirectoryOfTheExamplesAsCsv_WhenLoaded_ThenItIsTheSame()
    {
        var example = WorkerSettings.Load([Repository.PathOf("tests", "Samples", "examples", "_fixtures", "config.json")]).Rules;
        var users = example.Users.All.Select(user =>
            $"{user.UserId},{user.Email},{user.Npi},{string.Join('|', user.LocalIds.Select(id => $"{id.Authority}={id.Id}"))},{user.Active}");
        var orgs = example.Orgs.Select(org => $"\"{org.OrgName}\";{org.OrgId};{string.Join('|', org.Codes)}");

        var rules = Load(
            $"userId,email,npi,localIds,active\r\n{string.Join("\r\n", users)}\r\n\r\n", $"orgName;orgId;codes\n{string.Join('\n', orgs)}").Rules;

        Assert.Equivalent(example.Users.All, rules.Users.All, strict: true);
        Assert.Equivalent(example.Orgs, rules.Orgs, strict: true);
    }

    [Fact]
    public void GivenQuotedFieldsAndNames_WhenLoaded_ThenTheyAreReadAsWritten()
    {
        var user = Load($"\uFEFFEMAIL,userId,lastName,suffix1\n\"a@example.org\",{One},\"Invented, \"\"Jr.\"\"\nthe second\",Dr\n").Rules.Users.All.Single();

        Assert.Equal(
            (One, "a@example.org", "Invented, \"Jr.\"\nthe second", "Dr", true), (user.UserId, user.Email, user.LastName, user.Suffix1, user.Active));
        Assert.Null(user.Npi);
        Assert.Empty(user.LocalIds);
    }

    [Theory]
    [InlineData("userId,email\n" + One + ",secret@example.org\nsecret,secret2@example.org", "UsersFile line 3:userId")]
    [InlineData("userId,email\n" + One + ",", "UsersFile line 2:email")]
    [InlineData("userId,email,active\n" + One + ",secret@example.org,secret", "UsersFile line 2:active")]
    [InlineData("userId,email,localIds\n" + One + ",secret@example.org,NRIS=secret|secret", "UsersFile line 2:localIds")]
    [InlineData("userId,email\n" + One + ",secret@example.org\n\n" + One + ",secret2@example.org", "UsersFile line 4:userId")]
    [InlineData("userId,email\n" + One + ",secret@example.org\n" + Two + ",secret@example.org", "UsersFile line 3:email")]
    [InlineData("userId,email\n" + One + ",secret@example.org,secret", "UsersFile line 2")]
    [InlineData("userId,email,secret\n" + One + ",secret@example.org,secret", "UsersFile header")]
    [InlineData("userId,npi\n" + One + ",secret", "UsersFile header")]
    [InlineData("userId,email,Email\n" + One + ",secret@example.org,secret", "UsersFile header")]
    [InlineData("", "UsersFile")]
    public void GivenAFaultyFile_WhenLoaded_ThenLineAndColumnAreToldAndNothingOfThePeople(string users, string place)
    {
        var fault = Assert.Single(Assert.Throws<SettingsException>(() => Load(users)).Faults);

        Assert.Equal(place, fault.Path);
        Assert.DoesNotContain("secret", fault.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(fault.Right);
    }

    [Fact]
    public void GivenAFileOfAnotherCodePage_WhenLoaded_ThenItIsToldInsteadOfReadingNamesWrongly()
    {
        File.WriteAllBytes(_folder.PathOf("latin.csv"), Encoding.Latin1.GetBytes($"userId,email,lastName\n{One},a@example.org,Erfundén\n"));

        var fault = Assert.Single(Assert.Throws<SettingsException>(() => WorkerSettings.Load([_folder.Write("""{ "UsersFile": "latin.csv" }""")])).Faults);

        Assert.Equal("UsersFile", fault.Path);
        Assert.Contains("UTF-8", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void GivenNoSuchFile_WhenLoaded_ThenTheSettingIsNamed()
    {
        var fault = Assert.Single(Assert.Throws<SettingsException>(() => WorkerSettings.Load([_folder.Write("""{ "OrgsFile": "none.csv" }""")])).Faults);

        Assert.Equal("OrgsFile", fault.Path);
        Assert.Contains(_folder.PathOf("none.csv"), fault.Wrong, StringComparison.Ordinal); // Relative to the file that names it.
    }

    [Fact]
    public void GivenAListAndAFile_WhenOneSettingsFileHasBoth_ThenItContradictsItself()
    {
        File.WriteAllText(_folder.PathOf("users.csv"), $"userId,email\n{One},a@example.org\n");
        var both = _folder.Write($$"""{ "users": [ { "userId": "{{Two}}", "email": "b@example.org" } ], "usersFile": "users.csv" }""");

        var fault = Assert.Single(Assert.Throws<SettingsException>(() => WorkerSettings.Load([both])).Faults);

        Assert.Equal(("UsersFile", "and Users both say who there is."), (fault.Path, fault.Wrong));
    }

    [Fact]
    public void GivenAListAndAFileInDifferentSettingsFiles_WhenLoaded_ThenTheLaterOneCounts()
    {
        File.WriteAllText(_folder.PathOf("users.csv"), $"userId,email\n{One},a@example.org\n");
        var list = _folder.Write($$"""{ "users": [ { "userId": "{{Two}}", "email": "b@example.org" } ] }""");
        var file = _folder.Write("""{ "usersFile": "users.csv" }""");

        Assert.Equal(One, WorkerSettings.Load([list, file]).Rules.Users.All.Single().UserId);
        Assert.Equal(Two, WorkerSettings.Load([file, list]).Rules.Users.All.Single().UserId);
    }

    [Fact]
    public void GivenTheSamples_WhenLoaded_ThenTheyAreInOrder()
    {
        var rules = WorkerSettings.Load([_folder.Write($$"""
            { "UsersFile": "{{Repository.PathOf("samples", "users.csv")}}", "OrgsFile": "{{Repository.PathOf("samples", "orgs.csv")}}" }
            """)]).Rules;

        Assert.Equal((3, 2), (rules.Users.All.Count, rules.Orgs.Count));
    }

    private WorkerSettings Load(string users, string? orgs = null)
    {
        File.WriteAllText(_folder.PathOf("users.csv"), users);
        File.WriteAllText(_folder.PathOf("orgs.csv"), orgs ?? "orgId,orgName\n");

        return WorkerSettings.Load([_folder.Write("""{ "UsersFile": "users.csv", "OrgsFile": "orgs.csv" }""")]);
    }
}
