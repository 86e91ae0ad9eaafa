using System.Net;
using System.Net.Sockets;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>Hands out loopback ports that nobody listens on, below the range the system takes for outgoing connections.</summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Last = 32_000;
    private static readonly Lock Gate = new();

    // Another test process starts at another place, so that two of them rarely look at the same block.
    private static int _next = First + (Environment.ProcessId * 40 % (Last - First));

    public static int One() => Block(1);

    /// <summary>The first of <paramref name="count"/> consecutive ports.</summary>
    public static int Block(int count)
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < 500; attempt++)
            {
                var start = _next + count < Last ? _next : First;
                _next = start + count;
                if (Enumerable.Range(start, count).All(IsFree))
                {
                    return start;
                }
            }
        }

        throw new InvalidOperationException($"No {count} free ports in a row between {First} and {Last}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
