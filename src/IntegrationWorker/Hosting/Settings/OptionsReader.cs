using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Checks a section against the class it is bound to, before anything is bound.</summary>
internal sealed class OptionsReader(IConfiguration configuration, List<SettingsFault> faults)
{
    public void Check(string name, Type type)
    {
        var section = configuration.GetSection(name);
        var unreadable = CheckMembers(section, type);
        CheckRules(section, type, unreadable);
    }

    // Returns the names of what cannot be bound.
    private HashSet<string> CheckMembers(IConfigurationSection section, Type type)
    {
        var unreadable = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

        foreach (var child in section.GetChildren())
        {
            if (!members.TryGetValue(child.Key, out var member))
            {
                faults.Add(new SettingsFault(child.Path, "is not a setting.", Spelling.Suggest(child.Key, members.Keys)));
            }
            else if (!CanBeRead(child, member.PropertyType))
            {
                // A text instead of a list may be a secret.
                var text = member.PropertyType.IsValueType ? child.Value : "A text";
                faults.Add(new SettingsFault(child.Path, $"{text} cannot be read.", $"{Describe(member.PropertyType)} is wanted."));
                unreadable.Add(child.Key);
            }
            else if (ItemTypeOf(member.PropertyType) is { } item)
            {
                foreach (var one in child.GetChildren())
                {
                    CheckMembers(one, item);
                }
            }
        }

        return unreadable;
    }

    private static bool CanBeRead(IConfigurationSection value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;

        // Lists and objects: their own values are checked where they are bound.
        if (value.Value is not { Length: > 0 } text)
        {
            return value.Value is null || type == typeof(string) || !type.IsValueType;
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, text) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException or InvalidCastException)
        {
            return false;
        }
    }

    // Of a list of objects; null for everything else.
    private static Type? ItemTypeOf(Type type) =>
        type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && type.GetGenericArguments()[0] is { IsClass: true } item
            && item != typeof(string)
            ? item
            : null;

    private static string Describe(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(int) || t == typeof(long) => "A whole number",
        var t when t == typeof(TimeSpan) => "A length of time such as 12:00:00",
        { IsGenericType: true } => "A list",
        var t => $"A {t.Name}",
    };

    private void CheckRules(IConfigurationSection section, Type type, HashSet<string> unreadable)
    {
        var readable = section.AsEnumerable(makePathsRelative: true).Where(pair => !unreadable.Contains(pair.Key.Split(':')[0]));
        var options = new ConfigurationBuilder().AddInMemoryCollection(readable).Build().Get(type) ?? Activator.CreateInstance(type)!;
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);

        foreach (var result in results)
        {
            var member = result.MemberNames.FirstOrDefault();
            var value = member is null ? null : type.GetProperty(member)?.GetValue(options);

            // A text may be a password, or hold one.
            var wrong = value is null or string ? "" : $"{value} is not possible. ";
            faults.Add(new SettingsFault(member is null ? section.Path : $"{section.Path}:{member}", $"{wrong}{result.ErrorMessage}", ""));
        }
    }
}
