namespace Hl7v2.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void GivenAMessage_WhenTwentyFiveFieldsAreRead_ThenNothingIsAllocated()
    {
        var message = Hl7Decoder.Decode(SampleFiles.Example("05-escape-sequences/message.hl7"), defaultCharset: null).Message!;
        Read(message); // compiled by now

        var before = GC.GetAllocatedBytesForCurrentThread();
        var values = Read(message);
        var after = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, after - before);
        Assert.Equal(8, values);
    }

    private static int Read(Hl7Message message)
    {
        var values = 0;
        var order = message.Find("OBR");
        for (var number = 1; number <= 25; number++)
        {
            var field = order[number];
            foreach (var repetition in field.Repetitions)
            {
                values += repetition.HasValue ? 1 : 0;
                values += repetition.Component(3).Subcomponent(1).HasValue ? 1 : 0;
            }

            values += field.Is("R") || field.IsNull ? 1 : 0;
        }

        values += message.IndexOf("ZDS") > 0 && message.Find("NTE").IsAbsent ? 1 : 0;
        values += Hl7DateTime.TryParse(message[0][7].Component(1).Raw, out _) ? 1 : 0;
        return values;
    }
}
