using System.Security.Cryptography;
using System.Text;
using Avvik.Contracts;
using Avvik.TextProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Avvik.Messaging.Tests.TextProtection;

public sealed class Key_ring_tests
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("Pasienten fikk feil legemiddel på kveldsvakt.");
    private static readonly (string Id, byte[] Key) K1 = ("k1", RandomNumberGenerator.GetBytes(32)), K2 = ("k2", RandomNumberGenerator.GetBytes(32));

    [Theory, InlineData(""), InlineData("æøå"), InlineData("Kveldsvakt: «feil» legemiddel 💊\n\0slutt")]
    public void Decrypted_text_equals_the_encrypted_one(string text)
    {
        var protector = new TextProtector(Ring("k1", K1));
        var sealedText = protector.Protect(text);
        Assert.Equal(text, protector.Reveal(sealedText));
        Assert.StartsWith("k1.", sealedText.Value, StringComparison.Ordinal);
        if (text.Length > 0) Assert.DoesNotContain(text, sealedText.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_text_stays_null()
    {
        var protector = new TextProtector(Ring("k1", K1));
        Assert.Null(protector.ProtectOptional(null));
        Assert.Null(protector.RevealOptional(null));
        Assert.Equal("noe", protector.RevealOptional(protector.ProtectOptional("noe")));
    }

    [Fact]
    public void Encryption_of_the_same_text_differs_each_time()
    {
        var ring = Ring("k1", K1);
        Assert.Equal(100, Enumerable.Range(0, 100).Select(_ => ring.Seal(Data)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Different_key_with_the_same_id_cannot_decrypt()
    {
        var value = Ring("k1", K1).Seal(Data);
        Assert.ThrowsAny<CryptographicException>(() => Ring("k1", ("k1", K2.Key)).Open(value));
    }

    [Fact]
    public void Key_ring_without_the_key_names_it_in_the_error()
    {
        var value = Ring("k1", K1).Seal(Data);
        Assert.Contains("key ring", Assert.Throws<CryptographicException>(() => Ring("k2", K2).Open(value)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_copied_to_another_row_or_column_cannot_be_decrypted()
    {
        var ring = Ring("k1", K1);
        var value = ring.Seal(Data, "deviation-1"u8);
        Assert.Equal(Data, ring.Open(value, "deviation-1"u8));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(value, "deviation-2"u8));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(value));
    }

    [Fact]
    public void Changed_value_cannot_be_decrypted()
    {
        var ring = Ring("k1", K1);
        var value = ring.Seal(Data);
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(value.AsSpan(3));
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => ring.Open("k1." + System.Buffers.Text.Base64Url.EncodeToString(changed)));
        }
    }

    [Theory, InlineData(""), InlineData("k1"), InlineData("k1."), InlineData("k1.AAAA"), InlineData("k1.ikke base64!"), InlineData(".AAAA")]
    public void Unencrypted_value_cannot_be_decrypted(string value) => Assert.Throws<CryptographicException>(() => Ring("k1", K1).Open(value));

    [Fact]
    public void Rotated_key_ring_decrypts_with_the_old_key_and_encrypts_with_the_new()
    {
        var before = Ring("k1", K1).Seal(Data);
        var after = Ring("k2", K1, K2);
        Assert.Equal(Data, after.Open(before));
        Assert.StartsWith("k2.", after.Seal(Data), StringComparison.Ordinal);
        Assert.Equal(Data, Ring("k2", K2).Open(after.Seal(Data)));
    }

    [Fact]
    public void Fingerprints_stay_the_same_when_a_key_is_added_and_differ_between_rings()
    {
        var print = Ring("k1", K1).Fingerprint(Data);
        Assert.Equal(print, Ring("k2", K1, K2).Fingerprint(Data));
        Assert.NotEqual(print, Ring("k2", K2).Fingerprint(Data));
        Assert.NotEqual(print, Ring("k1", K1).Fingerprint("noe annet"u8));
    }

    [Fact]
    public void Fingerprints_stay_the_same_when_the_first_key_is_retired()
    {
        var print = Ring("k1", K1).Fingerprint(Data);
        var retired = new KeyRing(new KeyRingOptions
        {
            ActiveKey = "k2",
            Keys = { ["k2"] = Convert.ToBase64String(K2.Key) },
            PrintKey = Convert.ToBase64String(K1.Key)
        });
        Assert.Equal(print, retired.Fingerprint(Data));
    }

    [Fact]
    public void Key_ring_with_a_second_key_requires_the_print_key()
    {
        var options = new KeyRingOptions
        {
            Section = "TextProtection",
            ActiveKey = "k2",
            Keys = { ["k1"] = Convert.ToBase64String(K1.Key), ["k2"] = Convert.ToBase64String(K2.Key) },
        };
        Assert.StartsWith("TextProtection:PrintKey is missing: copy TextProtection:Keys:k1 to it", Assert.Single(options.Validate(new(options))).ErrorMessage,
            StringComparison.Ordinal);
        options.PrintKey = "short";
        Assert.Equal("TextProtection:PrintKey must be 32 bytes in base64.", Assert.Single(options.Validate(new(options))).ErrorMessage);
        options.PrintKey = options.Keys["k1"];
        Assert.Empty(options.Validate(new(options)));
    }

    [Fact]
    public void Text_that_cannot_be_decrypted_is_marked_as_unreadable() =>
        Assert.Equal(Texts.Message("unreadableText"), new TextProtector(Ring("k2", K2)).Show(Ring("k1", K1).Seal(Data)));

    [Fact]
    public void ProtectedText_ToString_reveals_nothing() =>
        Assert.Matches(@"^ProtectedText\[\d+\]$", new TextProtector(Ring("k1", K1)).Protect("hemmelig").ToString());

    [Theory]
    [InlineData("k1", "k2", 32, "ActiveKey")]
    [InlineData("", "k1", 32, "ActiveKey")]
    [InlineData("k1", "k1", 16, "32 bytes")]
    [InlineData("k1", "k1", 33, "32 bytes")]
    [InlineData("k.1", "k.1", 32, "full stop")]
    public async Task Invalid_key_ring_stops_the_start(string active, string id, int length, string reason)
    {
        using var host = Start(active, id, length);
        Assert.Contains(reason, (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_ring_from_configuration_encrypts_and_decrypts()
    {
        using var host = Start("k1", "k1", 32);
        await host.StartAsync();
        var protector = host.Services.GetRequiredService<TextProtector>();
        Assert.Equal("tekst", protector.Reveal(new ProtectedText(protector.Protect("tekst").Value)));
        await host.StopAsync();
    }

    private static IHost Start(string active, string id, int length)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TextProtection:ActiveKey"] = active,
            [$"TextProtection:Keys:{id}"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(length)),
        });
        builder.AddTextProtection();
        return builder.Build();
    }

    private static KeyRing Ring(string active, params (string Id, byte[] Key)[] keys) =>
        new(new KeyRingOptions { ActiveKey = active, Keys = keys.ToDictionary(k => k.Id, k => Convert.ToBase64String(k.Key), StringComparer.Ordinal) });
}
