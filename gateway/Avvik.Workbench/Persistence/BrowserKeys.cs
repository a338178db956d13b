using System.Text;
using System.Xml.Linq;
using Avvik.Storage;
using Avvik.TextProtection;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Persistence;

/// <summary>Seals what the workbench keeps, with a key from configuration (section <c>BrowserProtection</c>): the database alone opens nothing.</summary>
internal sealed class BrowserSeal(IOptionsMonitor<KeyRingOptions> options)
{
    public const string Section = "BrowserProtection";
    private readonly KeyRing _ring = new(options.Get(Section));

    public string Seal(byte[] data, string place) => _ring.Seal(data, Encoding.UTF8.GetBytes(place));
    public byte[] Open(string value, string place) => _ring.Open(value, Encoding.UTF8.GetBytes(place));
}

/// <summary>ASP.NET's data-protection keys in the database, so that they outlive a restart and every instance has them.</summary>
internal sealed class ProtectionKeys(IDbContextFactory<WorkbenchDbContext> databases, Writer<WorkbenchDbContext> writer, BrowserSeal seal) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = databases.CreateDbContext();
        return [.. db.ProtectionKeys.AsEnumerable().Select(k => XElement.Parse(Encoding.UTF8.GetString(seal.Open(k.SealedXml, Place(k.Name)))))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        var name = string.IsNullOrEmpty(friendlyName) ? Guid.CreateVersion7().ToString() : friendlyName;
        var xml = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        var record = new ProtectionKeyRecord { Name = name, SealedXml = seal.Seal(xml, Place(name)) };
        // The interface is synchronous; it is called at the start and once in three months.
        writer.WriteAsync(unit => Task.FromResult(unit.Db.ProtectionKeys.Add(record)), CancellationToken.None).GetAwaiter().GetResult();
    }

    private static string Place(string name) => $"protection-key/{name}";
}
