using System.Security.Cryptography;
using Avvik.Messaging;

namespace Avvik.Tools;

/// <summary>A user of the broker for each service, and what it may do there.</summary>
internal static class BrokerUsers
{
    /// <summary>
    /// Writes the definitions that the broker loads. A service's password is kept in <c>NAME.password</c> and made when it is missing; a file of another name
    /// is an administrator's. The definitions hold hashes alone, and anyone may read them: the broker runs as another user.
    /// </summary>
    public static void WriteDefinitions(string passwords, string file, string virtualHost)
    {
        foreach (var missing in BrokerDefinitions.Services.Select(s => Path.Combine(passwords, s + ".password")).Where(f => !File.Exists(f)))
            PrivateFile.Write(missing, RandomNumberGenerator.GetHexString(48, lowercase: true));
        var users = Directory.EnumerateFiles(passwords, "*.password").ToDictionary(f => Path.GetFileNameWithoutExtension(f)!,
            f => File.ReadAllText(f).Trim(), StringComparer.Ordinal);
        PrivateFile.Write(file, BrokerDefinitions.Write(virtualHost, users), PrivateFile.OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
