using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Avvik.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Attachments;

/// <summary>Section <c>Attachments</c>.</summary>
internal sealed class AttachmentOptions : IValidatableObject
{
    public const int MaxSize = 10 * 1024 * 1024, MaxOfOwner = 10;

    /// <summary>Where files are kept. Null: beside the SQLite database; on PostgreSQL there are no attachments then. Instances share it.</summary>
    public string? Folder { get; set; }
    /// <summary><c>host:port</c> of a virus scanner that speaks clamd's protocol; null: files are not scanned.</summary>
    public string? ClamdAddress { get; set; }
    /// <summary>Seconds that the scanner has for an answer.</summary>
    [Range(1, 120)]
    public int ScanSeconds { get; set; } = 30;

    public (string Host, int Port)? Clamd => ClamdAddress?.LastIndexOf(':') is > 0 and var colon
        && int.TryParse(ClamdAddress.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? (ClamdAddress[..colon].Trim('[', ']'), port) : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClamdAddress is not null && Clamd is null) yield return new("Attachments:ClamdAddress must be the scanner's host and port, as in clamd:3310.");
    }
}

/// <summary>The folder of the files; null where attachments are not set up.</summary>
internal sealed class AttachmentFolder(IOptions<AttachmentOptions> options, IOptions<DatabaseOptions> database)
{
    public string? Path { get; } = options.Value.Folder is { Length: > 0 } folder ? System.IO.Path.GetFullPath(folder)
        : database.Value.IsSqlite
            ? System.IO.Path.ChangeExtension(System.IO.Path.GetFullPath(new SqliteConnectionStringBuilder(database.Value.ConnectionString).DataSource), "files")
            : null;
}
