using System.Security.Cryptography;
using System.Text;

namespace Avvik.Testing;

/// <summary>The keys that services sign their events with in tests: the same in every process, so that one can verify what another has signed.</summary>
public static class EventKeys
{
    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("avvik-event-keys-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "public"));
        foreach (var service in (string[])["reporting", "triage", "routing", "statistics", "notices"])
        {
            using var key = Of(service);
            File.WriteAllText(Path.Combine(folder, $"{service}.pem"), key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(Path.Combine(folder, "public", $"{service}.pem"), key.ExportSubjectPublicKeyInfoPem());
        }
        return folder;
    });

    /// <summary>The key of a service, or of somebody else who would like to be one.</summary>
    public static ECDsa Of(string name) =>
        ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = SHA256.HashData(Encoding.UTF8.GetBytes(name)) });

    /// <summary>What a service must be told about the keys.</summary>
    public static IReadOnlyDictionary<string, string> SettingsOf(string service) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["EventSigning:PrivateKeyFile"] = Path.Combine(Folder.Value, $"{service}.pem"),
        ["EventSigning:PublicKeysFolder"] = Path.Combine(Folder.Value, "public"),
    };
}
