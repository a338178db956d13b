using System.Security.Cryptography;

namespace Avvik.DevIdentity;

/// <summary>Keys in PEM files that only their owner may read.</summary>
internal static class KeyFiles
{
    /// <summary>
    /// Creates the missing keys: the gateway's pair for internal tokens, the workbench's pair for client authentication, and each service's pair for
    /// signing events, with the public keys in a folder of their own.
    /// </summary>
    public static void CreateAll(string directory, IEnumerable<string> services)
    {
        Directory.CreateDirectory(directory);
        using var key = ReadOrCreateEcKey(Path.Combine(directory, "internal-token-private.pem"));
        ReadOrCreate(Path.Combine(directory, "internal-token-public.pem"), key.ExportSubjectPublicKeyInfoPem);
        using var workbench = ReadOrCreateEcKey(Path.Combine(directory, "workbench.pem"));
        Directory.CreateDirectory(Path.Combine(directory, "events"));
        foreach (var service in services)
        {
            using var events = ReadOrCreateEcKey(Path.Combine(directory, $"events-{service}.pem"));
            ReadOrCreate(Path.Combine(directory, "events", $"{service}.pem"), events.ExportSubjectPublicKeyInfoPem);
        }
    }

    public static ECDsa ReadOrCreateEcKey(string file)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(ReadOrCreate(file, () =>
        {
            using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return created.ExportPkcs8PrivateKeyPem();
        }));
        return key;
    }

    public static string ReadOrCreate(string file, Func<string> create)
    {
        if (!File.Exists(file))
        {
            // Written to a temporary file and moved: an interrupted start leaves no partial key.
            var unfinished = $"{file}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(unfinished, options))
                writer.WriteLine(create());
            File.Move(unfinished, file, overwrite: true);
        }

        return File.ReadAllText(file);
    }
}
