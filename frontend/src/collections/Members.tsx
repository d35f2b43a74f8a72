// Who reads a collection, in which role; a manager changes that.
import { useState, type ReactNode } from "react";

import { toProblem } from "@/api/client";
import { dropMember, setMember } from "@/api/collections";
import type { CollectionView, MemberView } from "@/api/types";
import { useMe } from "@/api/useMe";
import { useStrings } from "@/strings";
import { Button, IconButton } from "@/ui/Button";

import { collectionsChanged } from "./collections";
import { isLastManager, memberName, memberOf, ROLES, sortedMembers, type Role } from "./model";
import { SureDialog } from "./SureDialog";

/** So many members are in sight without opening the list. */
const FEW = 6;

interface Props {
  collection: CollectionView;
  isManager: boolean;
}

export function Members({ collection, isManager }: Props): ReactNode {
  const strings = useStrings();
  const [problem, setProblem] = useState("");
  const [doomed, setDoomed] = useState<string | null>(null);
  const { collection_id: id, members } = collection;
  // As it was at first: whoever closes it, or opens it, has it so.
  const [isOpen] = useState(members.length <= FEW);
  const change = async (member: string, role: Role): Promise<boolean> => {
    try {
      await setMember(id, member, role);
      setProblem("");
      return true;
    } catch (error) {
      const { code, message } = toProblem(error);
      setProblem(strings.problem(code, message));
      return false;
    } finally {
      await collectionsChanged(); // also what somebody else changed meanwhile
    }
  };
  return (
    <details className="members" open={isOpen}>
      <summary>
        {strings.members} <span className="soft">{members.length}</span>
      </summary>
      <ul aria-label={strings.members}>
        {sortedMembers(members).map((one) => (
          <MemberRow key={one.member} one={one} collection={collection} isManager={isManager} onRole={(role) => void change(one.member, role)} onDrop={() => setDoomed(one.member)} />
        ))}
      </ul>
      <p className="soft field-hint">{strings.rolesExplained}</p>
      {problem !== "" && (
        <p role="alert" className="note error">
          {problem}
        </p>
      )}
      {isManager && <AddMember onAdd={change} />}
      {doomed !== null && (
        <SureDialog
          title={strings.removeMember(memberName(doomed).name)}
          text={strings.removeMemberSure(memberName(doomed).name, collection.name)}
          action={strings.remove}
          onSure={() => dropMember(id, doomed).then(() => collectionsChanged())}
          onClose={() => setDoomed(null)}
        />
      )}
    </details>
  );
}

interface RowProps extends Props {
  one: MemberView;
  onRole: (role: Role) => void;
  onDrop: () => void;
}

function MemberRow({ one, collection, isManager, onRole, onDrop }: RowProps): ReactNode {
  const strings = useStrings();
  const isOneself = useMe()?.owner === one.member;
  const { name, isGroup } = memberName(one.member);
  const isLast = isLastManager(collection, one.member);
  return (
    <li className="member-row">
      <span className="member-name" dir="auto">
        {name} {isGroup && <span className="soft">({strings.group})</span>}
        {isOneself && <span className="soft">({strings.yourself})</span>}
      </span>
      {isManager ? (
        <>
          <select
            aria-label={strings.roleOf(name)}
            title={isLast ? strings.onlyManager : undefined}
            value={one.role}
            disabled={isLast}
            onChange={(event) => onRole(event.target.value as Role)}
          >
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {strings.roles[role]}
              </option>
            ))}
          </select>
          <IconButton icon="close" label={isLast ? strings.onlyManager : strings.removeMember(name)} disabled={isLast || isOneself} onClick={onDrop} />
        </>
      ) : (
        <span className="soft">{strings.roles[one.role]}</span>
      )}
    </li>
  );
}

function AddMember({ onAdd }: { onAdd: (member: string, role: Role) => Promise<boolean> }): ReactNode {
  const strings = useStrings();
  const [kind, setKind] = useState<"person" | "group">("person");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("reader");
  const [said, setSaid] = useState("");
  const [wrong, setWrong] = useState(false);
  const add = async (): Promise<void> => {
    const member = memberOf({ name, isGroup: kind === "group" });
    setWrong(member === null);
    setSaid("");
    if (member === null || !(await onAdd(member, role))) return;
    setSaid(strings.memberAdded(name.trim()));
    setName("");
  };
  return (
    <form
      className="add-member"
      aria-label={strings.addMember}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <p className="key-label">{strings.addMember}</p>
      <div className="add-fields">
        <select aria-label={strings.memberKind} value={kind} onChange={(event) => setKind(event.target.value as "person" | "group")}>
          <option value="person">{strings.memberKinds.person}</option>
          <option value="group">{strings.memberKinds.group}</option>
        </select>
        <input
          className="field"
          aria-label={strings.memberName}
          aria-describedby="member-hint member-wrong"
          aria-invalid={wrong}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <select aria-label={strings.memberRole} value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {strings.roles[one]}
            </option>
          ))}
        </select>
        <Button kind="primary" icon="plus" disabled={name.trim() === ""} onClick={() => void add()}>
          {strings.add}
        </Button>
      </div>
      <p id="member-hint" className="soft field-hint">
        {strings.memberHint[kind]}
      </p>
      <p id="member-wrong" role="alert" className="note error field-hint">
        {wrong ? (kind === "group" ? strings.groupNameWrong : strings.memberNameWrong) : ""}
      </p>
      <p role="status" className="field-hint">
        {said}
      </p>
    </form>
  );
}
