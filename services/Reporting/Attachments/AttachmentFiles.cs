using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Attachments;

/// <summary>A file that is on disk and has no row yet.</summary>
internal sealed record StoredFile(Guid Id, string Key, string ContentType, long Size, string Hash);

/// <summary>
/// The files, each encrypted with a key of its own. A file is written under another name, flushed to the disk and renamed before its row is written; a
/// row is deleted before its file. So a row has its file whenever a process is killed, and a file without a row, which nothing can open, is removed later.
/// </summary>
internal sealed class AttachmentFiles(AttachmentFolder folder, AttachmentKeys keys, IOptions<AttachmentOptions> options)
{
    private const string Unfinished = ".part";
    private static readonly TimeSpan LongestUpload = TimeSpan.FromMinutes(1);

    /// <summary>Stores a file, without a picture's metadata.</summary>
    /// <exception cref="UnreadableFileException">It is none of the types that are taken.</exception>
    /// <exception cref="FileTooLargeException">It is larger than may be.</exception>
    /// <exception cref="VirusFoundException">The scanner found something.</exception>
    /// <exception cref="ScannerUnavailableException">The scanner did not say that it is clean.</exception>
    public async Task<StoredFile> StoreAsync(Guid id, Stream content, CancellationToken ct)
    {
        Directory.CreateDirectory(folder.Path!);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(LongestUpload + TimeSpan.FromSeconds(options.Value.ScanSeconds));
        var (key, unfinished) = (RandomNumberGenerator.GetBytes(ChunkedCipher.KeySize), PathOf(id) + Unfinished);
        try
        {
            string type;
            long size;
            using var hash = SHA256.Create();
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                type = "";
                size = await ChunkedCipher.EncryptAsync(file, key, id, async encrypted =>
                {
                    await using var source = await ScannedStream.OpenAsync(content, options, timeout.Token);
                    await using var hashed = new CryptoStream(encrypted, hash, CryptoStreamMode.Write, leaveOpen: true);
                    type = await FileContent.CopyAsync(source, hashed, timeout.Token);
                    await source.EndAsync(timeout.Token);
                    await hashed.FlushFinalBlockAsync(timeout.Token);
                }, timeout.Token);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, PathOf(id));
            return new(id, keys.Seal(id, key), type, size, Convert.ToHexStringLower(hash.Hash!));
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Writes the content of a file.</summary>
    /// <exception cref="CryptographicException">The key is gone, or the file is not as it was written.</exception>
    /// <exception cref="IOException">The file is gone.</exception>
    public async Task CopyToAsync(AttachmentRecord attachment, Stream to, CancellationToken ct)
    {
        await using var file = Open(attachment);
        await ChunkedCipher.DecryptAsync(file, keys.Open(attachment.Id, attachment.Key), attachment.Id, to, ct);
    }

    /// <summary>The file, encrypted.</summary>
    public FileStream Open(AttachmentRecord attachment) => new(PathOf(attachment.Id), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public void Delete(Guid id) => File.Delete(PathOf(id));

    /// <summary>Files whose writing began before then: their ids.</summary>
    public IEnumerable<Guid> OlderThan(DateTime moment) => folder.Path is not { } path || !Directory.Exists(path) ? []
        : new DirectoryInfo(path).EnumerateFiles().Where(f => f.LastWriteTimeUtc < moment)
            .Select(f => Guid.TryParseExact(Path.GetFileNameWithoutExtension(f.Name), "N", out var id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty).Distinct();

    /// <summary>Removes a file that has no row, whether it was finished or not.</summary>
    public void RemoveOrphan(Guid id)
    {
        File.Delete(PathOf(id));
        File.Delete(PathOf(id) + Unfinished);
    }

    private string PathOf(Guid id) => Path.Combine(folder.Path!, $"{id:N}");
}
