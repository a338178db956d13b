using System.Text;
using Avvik.TextProtection;

namespace Avvik.Reporting.Attachments;

/// <summary>Seals the keys and names of files with the ring of the patient's envelope (<c>EnvelopeProtection</c>), which no other service has.</summary>
internal sealed class AttachmentKeys(KeyRing ring)
{
    public string ActivePrefix => ring.ActivePrefix;

    public string Seal(Guid id, byte[] key) => ring.Seal(key, Context(id, "key"));

    /// <exception cref="System.Security.Cryptography.CryptographicException">The ring has not the key that sealed it.</exception>
    public byte[] Open(Guid id, string sealedKey) => ring.Open(sealedKey, Context(id, "key"));

    public string SealName(Guid id, string name) => ring.Seal(Encoding.UTF8.GetBytes(name), Context(id, "name"));

    /// <exception cref="System.Security.Cryptography.CryptographicException">The ring has not the key that sealed it.</exception>
    public string OpenName(Guid id, string sealedName) => Encoding.UTF8.GetString(ring.Open(sealedName, Context(id, "name")));

    public (string Key, string Name) Reseal(AttachmentRecord a) => (ring.Reseal(a.Key, Context(a.Id, "key")), ring.Reseal(a.Name, Context(a.Id, "name")));

    // A sealed value opens in its own row and column only.
    private static byte[] Context(Guid id, string column) => Encoding.UTF8.GetBytes($"attachment {column} {id:N}");
}
