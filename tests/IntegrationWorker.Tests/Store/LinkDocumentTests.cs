using System.Text;
using System.Text.Json;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Store;

public sealed class LinkDocumentTests
{
    [Fact]
    public void GivenLinks_WhenWrittenAndRead_ThenTheyAreTheSame()
    {
        Link[] links =
        [
            new(LinkKind.Accession, "A \"1\" \\ Größe", "RIS", "stu_1"),
            new(LinkKind.Filler, "[7]", null, "stu_1"),
            .. Enum.GetValues<LinkKind>().Select(kind => new Link(kind, "N", "EHR", "stu_1")),
        ];

        Assert.Equal(links, LinkDocument.Read(LinkDocument.Write(links), "stu_1"));
        Assert.Empty(LinkDocument.Read(LinkDocument.Write([]), "stu_1"));
    }

    // Rows of earlier versions stay: the numbers of the kinds are in them.
    [Fact]
    public void GivenADocument_WhenReadByALaterVersion_ThenItMeansTheSame() =>
        Assert.Equal(
            [new Link(LinkKind.Accession, "A-1", "RIS", "stu_1"), new Link(LinkKind.Filler, "7", null, "stu_1")],
            LinkDocument.Read("""[[2,"A-1","RIS"],[3,"7"]]"""u8, "stu_1"));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[2]")]
    [InlineData("[[2]]")]
    [InlineData("""[["A-1"]]""")]
    [InlineData("""[[2,"A-1","RIS","more"]]""")]
    [InlineData("""[[2,"A-1"]""")]
    public void GivenADamagedDocument_WhenRead_ThenItIsAFailureThatTellsNoValue(string document)
    {
        var failure = Assert.ThrowsAny<JsonException>(() => LinkDocument.Read(Encoding.UTF8.GetBytes(document), "stu_1"));

        Assert.DoesNotContain("A-1", failure.Message, StringComparison.Ordinal);
    }
}
