using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Commands;

/// <summary>What is wrong with a command, in the order it was found: its sender can repair it, so all of it is told.</summary>
/// <param name="pointer">JSON pointer of the object that the members are in.</param>
/// <param name="path">The same as people write it: <c>patch.metadata.</c>, with the dot; empty at the top.</param>
internal sealed class CommandFaults(List<Notice> found, string pointer, string path = "")
{
    private const int ShownMax = 100;

    public CommandFaults In(string member) => new(found, JsonMembers.Pointer(pointer, member), $"{path}{Short(member)}.");

    public string Location(string member) => JsonMembers.Pointer(pointer, member);

    public void NotAllowed(string member) => Add(Codes.MemberNotAllowed, member);

    public void Null(string member) => Add(Codes.MemberNull, member);

    public void Invalid(string member) => Add(Codes.MemberInvalid, member);

    public void Add(string code, string member) =>
        found.Add(Notice.Of(code, "member", path + Short(member), "location", Location(member)));

    public void Add(Notice fault) => found.Add(fault);

    public static string Short(string text, int length = ShownMax) => text.Length <= length ? text : text[..length] + "…";
}
