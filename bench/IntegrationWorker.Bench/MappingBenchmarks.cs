using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Bench;

/// <summary>Bytes of an HL7 v2 order → units, with the real keyed hash of the patient.</summary>
public class MappingBenchmarks
{
    private static readonly byte[] Key = SHA256.HashData("invented, for benchmarks"u8);

    private readonly Func<string, string> _hash =
        new PatientHasher(new ProtectionKeys("bench", new Dictionary<string, byte[]> { ["bench"] = Key }, Key)).Hash;

    [Benchmark]
    public int ReadOrder() => Hl7Reader.Read(InventedOrder.Inbound, InventedOrder.Rules, _hash).Parts[0].Units.Count;

    /// <summary>An order that is refused would be fast.</summary>
    [GlobalSetup]
    public void Check()
    {
        if (Hl7Reader.Read(InventedOrder.Inbound, InventedOrder.Rules, _hash).Parts[0].Units is not [{ MayCreate: true, Rejection: null, Assignment: not null }])
        {
            throw new InvalidOperationException("The order is not read as meant.");
        }
    }
}
