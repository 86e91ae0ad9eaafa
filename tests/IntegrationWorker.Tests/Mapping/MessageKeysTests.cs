using IntegrationWorker.Mapping;
using Xunit;

namespace IntegrationWorker.Tests.Mapping;

/// <summary>What was added to a message key, and what the sender's own part of it is. docs/mapping.md §5.1, §5.3, §5.4.</summary>
public sealed class MessageKeysTests
{
    [Theory]
    [InlineData("hl7/RIS/NORTH/17!0123abcd", "hl7/RIS/NORTH/17")]
    [InlineData("hl7/RIS/NORTH/17~2", "hl7/RIS/NORTH/17")]
    [InlineData("hl7/RIS/NORTH/17", "hl7/RIS/NORTH/17")]
    [InlineData("hl7/RIS/NORTH/17!0123abcX", "hl7/RIS/NORTH/17!0123abcX")] // No digits of a fingerprint.
    [InlineData("hl7/RIS/NORTH/17!0123abc", "hl7/RIS/NORTH/17!0123abc")] // One too few.
    [InlineData("hl7/RIS/NORTH/170123abcde", "hl7/RIS/NORTH/170123abcde")]
    [InlineData("!0123abcd", "!0123abcd")] // Nothing before the mark.
    [InlineData("17", "17")]
    public void GivenTheKeyOfARecord_WhenWhatWasAddedIsTakenAway_ThenItIsTheKeyOfTheMessage(string key, string expected) =>
        Assert.Equal(expected, MessageKeys.BaseOfRecord(key));
}
